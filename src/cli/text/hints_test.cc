#include "cli/text/hints.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gophercap::cli {
namespace {

const std::vector<std::string> kInterfaces = {"lo", "eth0", "veth-left"};

std::string hint(const Error& error, std::string_view interface_name = "eth0") {
  return hint_for(error, interface_name, kInterfaces);
}

// An error with that cause whose text has nothing to do with it.
Error caused_by(Cause cause, int sys = 0) {
  return {Errc::kIo, sys, "any text", cause};
}

// What hints used to be found by.
const std::vector<std::string> kMisleading = {
    "interface eht0: no such interface; there is eth0",
    "set.json: not a dump but a pcap capture",
    "set.json: No such file or directory",
    "thread creation refused: a limit of threads is reached (ulimit -u)",
    "index: belongs to somebody else, and lies where everybody may put files; it is not read",
    "the set does not fit into the memory given",
    "the set: out of memory",
};

TEST(Hints, CuresThatAreKnown) {
  EXPECT_EQ(hint(caused_by(Cause::kNoRawSockets, EPERM)),
            "run as root, or once: setcap cap_net_raw+ep \"$(command -v gophercap)\"");
  EXPECT_EQ(hint(caused_by(Cause::kUntrustedOwner)), "--trust reads it all the same");
  EXPECT_EQ(hint(caused_by(Cause::kThreadLimit, EAGAIN)),
            "raise the limit: ulimit -u 4096, or --pids-limit of a container");
  EXPECT_EQ(hint(errno_error(EMFILE, "a.pcap")), "raise the limit of open files: ulimit -n 65536");
  EXPECT_EQ(hint(errno_error(ENOSPC, "dump.json")), "free some space, or write elsewhere");
  EXPECT_EQ(hint(caused_by(Cause::kTooLargeToLoad, ENOMEM)),
            "give it more, if the machine has it: --memory 1G");
  EXPECT_TRUE(hint(out_of_memory("the set")).starts_with("give it more (ulimit -v"));
  EXPECT_EQ(hint(errno_error(ENETDOWN, "interface eth0")), "bring it up: ip link set dev eth0 up");
}

TEST(Hints, GoByCausesNotByTexts) {
  for (const std::string& text : kMisleading) {
    EXPECT_EQ(hint_for({Errc::kNotFound, 0, text}, "eht0", kInterfaces, "set.json"), "") << text;
    EXPECT_EQ(hint_for({Errc::kIo, EAGAIN, text}, "eht0", kInterfaces, "set.json"), "") << text;
  }
  for (int cause = 0; cause <= static_cast<int>(Cause::kIndexMismatch); ++cause) {
    const auto with_text = [&](std::string text) {
      return hint_for({Errc::kIo, 0, std::move(text), static_cast<Cause>(cause)}, "eht0",
                      kInterfaces, "set.json");
    };
    for (const std::string& text : kMisleading) EXPECT_EQ(with_text(text), with_text("x"));
  }
}

TEST(Hints, CausesSurviveAContext) {
  EXPECT_EQ(caused_by(Cause::kThreadLimit).with_context("merging").cause, Cause::kThreadLimit);
}

TEST(Hints, InterfaceThatIsNotThere) {
  const Error missing = caused_by(Cause::kNoInterface, ENODEV);
  EXPECT_EQ(hint(missing, "eht0"), "did you mean eth0?");
  EXPECT_EQ(hint(missing, "veth-rihgt"), "");
  EXPECT_EQ(hint(missing, "eth0"), "") << "it exists by now";
  EXPECT_EQ(hint(errno_error(ENOENT, "dump.json"), "eht0"), "") << "about something else";
}

TEST(Hints, DumpThatIsNotThereOrNone) {
  const auto hint_with_dump = [](Cause cause, std::string_view dump) {
    return hint_for(caused_by(cause, ENOENT), "", kInterfaces, dump);
  };
  EXPECT_EQ(hint_with_dump(Cause::kNoDump, "set.json"),
            "gophercap map PATH --dump-json set.json writes it");
  EXPECT_EQ(hint_with_dump(Cause::kCaptureAsDump, "a.pcap"),
            "gophercap replay a.pcap plays it without a dump; gophercap map a.pcap --dump-json "
            "set.json writes one");
  EXPECT_EQ(hint_with_dump(Cause::kOther, "set.json"), "") << "about something else";
  EXPECT_EQ(hint_with_dump(Cause::kNoDump, ""), "");
}

TEST(Hints, NoneWithoutAnInterface) {
  for (const int sys : {EPERM, ENETDOWN, ENOENT, EACCES, 0}) {
    EXPECT_EQ(hint(errno_error(sys, "x"), ""), "") << sys;
  }
}

TEST(Hints, NameTheInterfaceThatFailed) {
  const std::vector<std::string> both = {"veth1", "veth10"};
  const auto of = [&](const std::string& text) { return interface_of(errno_error(0, text), both); };
  EXPECT_EQ(of("interface veth10: is down"), "veth10");
  EXPECT_EQ(of("interface veth1 (TX_RING)"), "veth1");
  EXPECT_EQ(of("interface veth1 (TX_RING), interface veth10 (TX_RING)"), "") << "either";
  EXPECT_EQ(of("a.pcap"), "");
  EXPECT_EQ(hint(errno_error(ENETDOWN, "x"), of("x")), "");
  EXPECT_EQ(interface_of(errno_error(0, "x"), std::vector<std::string>{"eth0"}), "eth0")
      << "no other";
  EXPECT_EQ(interface_of(errno_error(0, "interface eth0"), {}), "");
}

// Depends on what was too long, and on what both ends support.
TEST(Hints, AnMtuThatHelps) {
  const auto hint_with = [](transmit::InterfaceFacts facts, uint64_t by_some, uint64_t by_all) {
    replay::Report report;
    report.interfaces = {{.name = "veth0", .facts = std::move(facts)}};
    report.accounts.mtu_needed = {by_some, by_all};
    return mtu_hint(report);
  };
  const auto far = [](uint32_t mtu, uint32_t max_mtu = 65535, bool elsewhere = false) {
    return transmit::FarEnd{
        .name = "veth1", .mtu = mtu, .max_mtu = max_mtu, .in_other_namespace = elsewhere};
  };
  EXPECT_EQ(hint_with({.mtu = 1500}, 0, 0), "");
  EXPECT_EQ(hint_with({.mtu = 1500}, 1504, 9000), "ip link set dev veth0 mtu 9000");
  EXPECT_EQ(hint_with({.mtu = 9000, .max_mtu = 65535}, 12000, 12000),
            "ip link set dev veth0 mtu 12000");
  EXPECT_EQ(hint_with({.mtu = 9000, .max_mtu = 9000}, 12000, 12000), "") << "nothing helps";
  EXPECT_EQ(hint_with({.mtu = 1500, .max_mtu = 9216}, 8000, 64000),
            "ip link set dev veth0 mtu 9216, the most that it can have");
  EXPECT_EQ(hint_with({.mtu = 9000, .far_end = far(1500)}, 1600, 1700),
            "ip link set dev veth1 mtu 1700");
  EXPECT_EQ(hint_with({.mtu = 1500, .far_end = far(1500, 65535, true)}, 1600, 1700),
            "ip link set dev veth0 mtu 1700; ip link set dev veth1 mtu 1700 (in its network "
            "namespace)");
  EXPECT_EQ(hint_with({.mtu = 9000, .far_end = far(9000)}, 12000, 12000),
            "ip link set dev veth0 mtu 12000; ip link set dev veth1 mtu 12000");
  EXPECT_EQ(hint_with({.mtu = 9000, .far_end = far(1500, 1500)}, 1600, 1700), "");
  EXPECT_EQ(mtu_hint({}), "");
}

}  // namespace
}  // namespace gophercap::cli
