#include "confine/confine.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <map>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "testing/temp_dir.h"

namespace gophercap::confine {
namespace {

// What hostile code would try after taking over a parser. Each attempt returns 0 on success, or an
// errno.
using Attempt = std::function<int()>;

int outcome(long status) {
  return status < 0 ? errno : 0;
}

int open_errno(const std::string& path, int flags) {
  const Fd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  return fd.valid() ? 0 : errno;
}

int socket_errno(int family, int type, int protocol) {
  const Fd fd(::socket(family, type | SOCK_CLOEXEC, protocol));
  return fd.valid() ? 0 : errno;
}

// Runs in its own process if possible, since a successful exec does not return.
int exec_errno() {
  char name[] = "/bin/true";
  char* arguments[] = {name, nullptr};
  const pid_t child = ::fork();
  if (child < 0) {
    // Without fork() it would replace this process.
    ::execve("/nonexistent/program", arguments, nullptr);
    return errno == ENOENT ? 0 : errno;
  }
  if (child == 0) {
    ::execve(name, arguments, nullptr);
    ::_exit(errno);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

std::map<std::string, Attempt> attempts(const std::string& elsewhere, const std::string& secret) {
  const pid_t other = ::getppid();
  return {
      {"exec", exec_errno},
      {"fork", [] { return outcome(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }},
      {"write elsewhere", [=] { return open_errno(elsewhere + "/planted", O_WRONLY | O_CREAT); }},
      {"change elsewhere", [=] { return open_errno(elsewhere + "/file", O_WRONLY); }},
      {"remove elsewhere", [=] { return outcome(::unlink((elsewhere + "/victim").c_str())); }},
      {"rename elsewhere",
       [=] {
         return outcome(::rename((elsewhere + "/file").c_str(), (elsewhere + "/other").c_str()));
       }},
      {"open a permission", [=] { return outcome(::chmod(secret.c_str(), 0666)); }},
      {"read a secret", [=] { return open_errno(secret, O_RDONLY); }},
      {"read /etc/shadow", [] { return open_errno("/etc/shadow", O_RDONLY); }},
      {"list /etc", [] { return open_errno("/etc", O_RDONLY | O_DIRECTORY); }},
      {"read /proc/1", [] { return open_errno("/proc/1/environ", O_RDONLY); }},
      {"socket: inet", [] { return socket_errno(AF_INET, SOCK_STREAM, 0); }},
      {"socket: inet6", [] { return socket_errno(AF_INET6, SOCK_DGRAM, 0); }},
      {"socket: unix", [] { return socket_errno(AF_UNIX, SOCK_STREAM, 0); }},
      {"socket: packet", [] { return socket_errno(AF_PACKET, SOCK_RAW, 0); }},
      {"socket: netfilter", [] { return socket_errno(AF_NETLINK, SOCK_RAW, 12); }},
      {"ptrace", [=] { return outcome(::ptrace(PTRACE_SEIZE, other, nullptr, nullptr)); }},
      {"signal another", [=] { return outcome(::kill(other, 0)); }},
      {"unshare", [] { return outcome(::syscall(SYS_unshare, 0)); }},
      {"mount", [=] { return outcome(::mount("none", elsewhere.c_str(), "tmpfs", 0, nullptr)); }},
      {"bpf", [] { return outcome(::syscall(SYS_bpf, 0, nullptr, 0)); }},
      {"load a module", [] { return outcome(::syscall(SYS_finit_module, -1, "", 0)); }},
      {"io_uring", [] { return outcome(::syscall(SYS_io_uring_setup, 0, nullptr)); }},
      {"become another", [] { return outcome(::syscall(SYS_setresuid, -1, -1, -1)); }},
      {"gain capabilities",
       [] {
         __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
         const __user_cap_data_struct bit{1U << CAP_NET_ADMIN, 1U << CAP_NET_ADMIN, 0};
         const __user_cap_data_struct data[2] = {bit, {}};
         return outcome(::syscall(SYS_capset, &header, data));
       }},
      {"open by handle", [] { return outcome(::syscall(SYS_open_by_handle_at, -1, nullptr, 0)); }},
      {"type for the user",
       [] {
         const char key = '\n';
         return outcome(::syscall(SYS_ioctl, STDIN_FILENO, 0x5412 /* TIOCSTI */, &key));
       }},
  };
}

// Confines only a thread, so the test itself stays unconfined.
void on_thread(const std::function<void()>& work) {
  std::thread(work).join();
}

struct Machine {
  bool seccomp = false;
  bool landlock = false;
};

Machine walls_here() {
  Machine machine;
  on_thread([&] {
    const Confinement got = confine({.calls = Calls::kFiles, .files = Files()});
    machine = {got.seccomp == "yes", got.landlock.starts_with("ABI ")};
  });
  return machine;
}

class ConfineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // The test has all rights in each of these folders.
    for (const char* folder : {"set", "out", "elsewhere"})
      ASSERT_EQ(::mkdir(dir_.path(folder).c_str(), 0755), 0);
    for (const char* file :
         {"set/a.pcap", "elsewhere/secret", "elsewhere/file", "elsewhere/victim"})
      std::ofstream(dir_.path(file)) << "x";
    ASSERT_EQ(::chmod(dir_.path("elsewhere/secret").c_str(), 0600), 0);
  }

  Files job_files() const {
    return {.reads = {dir_.path("set/a.pcap")}, .outputs = {dir_.path("out/dump.json")}};
  }

  testing::TempDir dir_;
};

// Errnos that mean that the attempt failed before it could be refused.
bool is_refusal(int sys) {
  return sys == ENOSYS || sys == EACCES || sys == EPERM || sys == EXDEV;
}

TEST_F(ConfineTest, TakenOverParserHasNowhereToGo) {
  if (const Machine here = walls_here(); !here.seccomp || !here.landlock)
    GTEST_SKIP() << "no seccomp or no Landlock here";
  for (const Calls calls :
       {Calls::kWaiting, Calls::kLink, Calls::kServing, Calls::kFiles, Calls::kSending}) {
    std::map<std::string, int> found;
    on_thread([&] {
      // kSending is only allowed after kPreparing.
      if (calls == Calls::kSending) confine({.calls = Calls::kPreparing, .owns_all = true});
      const bool helper =
          calls == Calls::kWaiting || calls == Calls::kLink || calls == Calls::kServing;
      confine({.calls = calls, .files = helper ? Files() : job_files()});
      for (const auto& [name, attempt] :
           attempts(dir_.path("elsewhere"), dir_.path("elsewhere/secret")))
        found[name] = attempt();
    });
    for (const auto& [name, sys] : found)
      EXPECT_TRUE(is_refusal(sys))
          << name << ": errno " << sys << ", calls " << static_cast<int>(calls);
  }
}

// Without restrictions the same attempts succeed; otherwise the test above would prove nothing.
TEST_F(ConfineTest, TheSameAttemptsSucceedWithoutWalls) {
  for (const char* name : {"exec", "write elsewhere", "change elsewhere", "remove elsewhere",
                           "open a permission", "read a secret", "list /etc", "socket: inet",
                           "socket: unix", "unshare", "become another"}) {
    EXPECT_EQ(attempts(dir_.path("elsewhere"), dir_.path("elsewhere/secret")).at(name)(), 0)
        << name;
  }
}

TEST_F(ConfineTest, EachWallStandsAlone) {
  const auto all = attempts(dir_.path("elsewhere"), dir_.path("elsewhere/secret"));
  if (walls_here().seccomp) {
    on_thread([&] {
      confine({.calls = Calls::kFiles});
      for (const char* name :
           {"exec", "socket: inet", "unshare", "bpf", "open a permission", "fork"})
        EXPECT_EQ(all.at(name)(), ENOSYS) << name;
      EXPECT_EQ(all.at("change elsewhere")(), 0);
    });
  }
  if (walls_here().landlock) {
    on_thread([&] {
      confine({.files = job_files()});
      for (const char* name : {"write elsewhere", "change elsewhere", "read a secret",
                               "read /etc/shadow", "list /etc"})
        EXPECT_EQ(all.at(name)(), EACCES) << name;
      EXPECT_EQ(all.at("unshare")(), 0);
    });
  }
}

TEST_F(ConfineTest, WhatTheJobNeedsIsLeft) {
  on_thread([&] {
    confine({.calls = Calls::kFiles, .files = job_files()});
    EXPECT_EQ(open_errno(dir_.path("set/a.pcap"), O_RDONLY), 0);
    EXPECT_EQ(open_errno("/proc/self/status", O_RDONLY), 0);
    EXPECT_EQ(open_errno("/dev/null", O_WRONLY), 0);
    {
      std::ofstream made(dir_.path("out/.dump.json.part"));
      EXPECT_TRUE(made << "text" << std::flush);
    }
    EXPECT_EQ(
        ::rename(dir_.path("out/.dump.json.part").c_str(), dir_.path("out/dump.json").c_str()), 0);
    EXPECT_EQ(::unlink(dir_.path("out/dump.json").c_str()), 0);
    bool ran = false;
    std::thread([&] { ran = true; }).join();
    EXPECT_TRUE(ran);
    EXPECT_EQ(::raise(SIGURG), 0);  // which is ignored
  });
}

TEST_F(ConfineTest, SendingAsksForTheLinkAndNothingElse) {
  on_thread([&] {
    confine({.calls = Calls::kSending});
    EXPECT_EQ(socket_errno(AF_NETLINK, SOCK_RAW, 0), 0);
    if (walls_here().seccomp) {
      EXPECT_EQ(socket_errno(AF_INET, SOCK_DGRAM, 0), ENOSYS);
    }
  });
}

TEST_F(ConfineTest, ReadsThroughLinksAndOutputsBehindLinks) {
  const std::string link = dir_.path("set/link.pcap");
  ASSERT_EQ(::symlink(dir_.path("elsewhere/file").c_str(), link.c_str()), 0);
  ASSERT_EQ(::symlink(dir_.path("out/real.json").c_str(), dir_.path("dump").c_str()), 0);
  on_thread([&] {
    confine({.files = Files{.reads = {link}, .outputs = {dir_.path("dump")}}});
    EXPECT_EQ(open_errno(link, O_RDONLY), 0);
    EXPECT_EQ(open_errno(dir_.path("out/real.json"), O_WRONLY | O_CREAT), 0);
    if (walls_here().landlock) {
      EXPECT_EQ(open_errno(dir_.path("elsewhere/secret"), O_RDONLY), EACCES);
    }
  });
}

TEST_F(ConfineTest, CapabilitiesGoButForWhatIsNeeded) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root";
  const auto effective = [] {
    std::ifstream status("/proc/thread-self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("CapEff:")) return std::stoull(line.substr(7), nullptr, 16);
    }
    return ~0ULL;
  };
  on_thread([&] {
    EXPECT_EQ(confine({.files = job_files(), .capabilities = {CAP_NET_RAW}}).capabilities,
              "CAP_NET_RAW, CAP_DAC_READ_SEARCH");
    EXPECT_EQ(effective(), 1ULL << CAP_NET_RAW | 1ULL << CAP_DAC_READ_SEARCH);
    EXPECT_EQ(confine({.calls = Calls::kWaiting}).capabilities, "none");
  });
  // Without that capability, root cannot create files in a folder of another user.
  ASSERT_EQ(::chown(dir_.path("out").c_str(), 65534, 65534), 0);
  on_thread([&] {
    EXPECT_EQ(confine({.files = job_files()}).capabilities,
              "CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE");
    EXPECT_EQ(open_errno(dir_.path("out/dump.json"), O_WRONLY | O_CREAT), 0);
    EXPECT_NE(open_errno(dir_.path("elsewhere/file"), O_WRONLY), 0);
  });
}

// As in a container, or with an older kernel.
void refuse_here(std::initializer_list<int> calls) {
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  for (const int call : calls)
    ASSERT_EQ(::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0), 0);
  ASSERT_EQ(::seccomp_load(filter), 0);
  ::seccomp_release(filter);
}

TEST_F(ConfineTest, WallsThatAreNotToBeHadAreSaidAndTheRestStands) {
  if (!walls_here().seccomp) GTEST_SKIP() << "no seccomp here";
  on_thread([&] {
    refuse_here({SCMP_SYS(landlock_create_ruleset)});
    const Confinement got = confine({.calls = Calls::kFiles, .files = job_files()});
    EXPECT_EQ(got.landlock, "no: the kernel has none");
    EXPECT_EQ(got.seccomp, "yes");
    EXPECT_EQ(got.no_new_privs, "yes");
    EXPECT_EQ(open_errno(dir_.path("set/a.pcap"), O_RDONLY), 0);
    EXPECT_EQ(socket_errno(AF_INET, SOCK_STREAM, 0), ENOSYS);
  });
  on_thread([&] {
    refuse_here({SCMP_SYS(seccomp), SCMP_SYS(capset), SCMP_SYS(landlock_restrict_self)});
    const Confinement got = confine({.calls = Calls::kFiles, .files = job_files()});
    EXPECT_TRUE(got.landlock.starts_with("no: ")) << got.landlock;
    EXPECT_TRUE(got.capabilities.starts_with("no: ")) << got.capabilities;
    EXPECT_EQ(open_errno(dir_.path("set/a.pcap"), O_RDONLY), 0);
  });
}

// Incomplete rules would deny what the job needs.
TEST_F(ConfineTest, WithoutDescriptorsFilesStayAsTheyAre) {
  if (!walls_here().landlock) GTEST_SKIP() << "no Landlock here";
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const rlimit most{10, 10};
    ::setrlimit(RLIMIT_NOFILE, &most);
    std::vector<int> held;
    for (int fd = 0; fd >= 0; fd = ::open("/dev/null", O_RDONLY)) held.push_back(fd);
    ::close(held.back());  // the ruleset has it
    const Confinement got = confine({.files = job_files()});
    ::_exit(got.landlock == "no: Too many open files" ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

// Jobs in tests are not confined, nor those with --no-sandbox.
TEST(JobConfinement, IsOffUntilTurnedOn) {
  confine_job({.calls = Calls::kWaiting});
  EXPECT_EQ(socket_errno(AF_INET, SOCK_STREAM, 0), 0);
  EXPECT_EQ(job_confinement().seccomp, "no: not asked for");
  turn_on(false, {.calls = Calls::kWaiting});
  confine_helper(Calls::kWaiting);
  EXPECT_EQ(socket_errno(AF_INET, SOCK_STREAM, 0), 0);
  EXPECT_TRUE(job_confinement().seccomp.starts_with("no: ")) << job_confinement().seccomp;
}

}  // namespace
}  // namespace gophercap::confine
