// The protocol, the socket and its clients: hostile ones too.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "jobs/control/control_server.h"
#include "jobs/control/control_socket.h"
#include "jobs/control/ctl_job.h"
#include "jobs/control/protocol.h"
#include "replay/control.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

using namespace std::chrono_literals;
using Kind = ControlCommand::Kind;

TEST(ControlProtocol, WordsAndJsonSayTheSame) {
  for (const char* line : {"step 3", " step   3\r", R"({"command":"step","value":3})",
                           R"({"value":"3","command":"step"})"}) {
    const Result<ControlCommand> command = parse_control_line(line);
    ASSERT_TRUE(command) << line << ": " << command.error().what;
    EXPECT_EQ(command->kind, Kind::kStep);
    EXPECT_EQ(command->packets, 3u);
  }
  EXPECT_EQ(parse_control_line("step")->packets, 1u);
  EXPECT_EQ(parse_control_line("speed 1/3")->speed, (Ratio{1, 3}));
  EXPECT_EQ(parse_control_line(R"({"command":"speed","value":0.5})")->speed, (Ratio{1, 2}));
  EXPECT_EQ(parse_control_line(R"({"command":"pause"})")->kind, Kind::kPause);
  EXPECT_EQ(parse_control_line("seek 1970-01-01 00:00:10")->seek_to, capture_time(10'000'000'000));
  EXPECT_EQ(parse_control_line("seek +1m30s")->seek_by, Nanos(90s));
  EXPECT_EQ(parse_control_line(R"({"command":"seek","value":"-250ms"})")->seek_by, Nanos(-250ms));
}

TEST(ControlProtocol, AWrongLineIsRefusedWithASentence) {
  const auto error = [](std::string_view line) {
    const Result<ControlCommand> command = parse_control_line(line);
    return command ? std::string("none") : command.error().what;
  };
  EXPECT_EQ(
      error("halt"),
      "halt: unknown command; there are: status, pause, resume, step N, speed X, seek T, stop");
  EXPECT_EQ(error("pause now"), "pause: takes no value, but was given now");
  EXPECT_EQ(error("step 0"), "step: 0: not a number of packets");
  EXPECT_EQ(error("step -1"), "step: -1: not a number of packets");
  EXPECT_EQ(error("step 18446744073709551616"),
            "step: 18446744073709551616: not a number of packets");
  EXPECT_EQ(error("speed 0"), "speed: 0: not a number above zero; pause stops the clock");
  EXPECT_EQ(error("seek"), "seek: \"\": not a time, such as 2006-01-02 15:04:05, +10m or -30s");
  EXPECT_EQ(error("seek +x"), "seek: +x: not a duration");
  EXPECT_EQ(error("seek --5s"), "seek: --5s: not a duration");
  EXPECT_EQ(error("speed"), "speed: needs a value, such as 2 or 0.5");
  EXPECT_EQ(error("{\"command\":\"pause\""), "the line is not a JSON object");
  EXPECT_EQ(error(R"({"command":"pause","wait":1})"),
            "\"wait\": only \"command\" (a string) and \"value\" (a string or a number) are known");
  EXPECT_EQ(
      error("{}"),
      "\"\": unknown command; there are: status, pause, resume, step N, speed X, seek T, stop");
  EXPECT_EQ(
      error("\x1b[31m\xff"),
      "?[31m?: unknown command; there are: status, pause, resume, step N, speed X, seek T, stop");
}

TEST(ControlProtocol, AnAnswerIsOneLineOfJson) {
  replay::Control control;
  EXPECT_EQ(answer_control_line("pause", control),
            "{\"ok\":true,\"state\":\"paused\",\"speed\":null,\"steps_left\":0}\n");
  EXPECT_EQ(answer_control_line("step 2", control),
            "{\"ok\":true,\"state\":\"paused\",\"speed\":null,\"steps_left\":2}\n");
  EXPECT_EQ(answer_control_line("resume", control),
            "{\"ok\":true,\"state\":\"preparing\",\"speed\":null,\"steps_left\":0}\n");
  EXPECT_EQ(answer_control_line("step", control),
            "{\"ok\":false,\"error\":\"step: the replay is not paused\"}\n");
  const Result<ControlAnswer> answer =
      parse_control_answer(R"({"ok":false,"error":"step: the replay is not paused"})");
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->ok);
  EXPECT_EQ(answer->error, "step: the replay is not paused");
  for (const char* line : {"", "{", "[]", "{}", R"({"ok":1})", "220 ready"})
    EXPECT_FALSE(parse_control_answer(line)) << line;
}

class ControlSocketTest : public ::testing::Test {
 protected:
  std::string path() const { return dir_.path("ctl.sock"); }
  // Connects, or fails the test.
  Fd client() const {
    Result<Fd> fd = connect_control(path());
    EXPECT_TRUE(fd) << fd.error().what;
    return fd ? *std::move(fd) : Fd();
  }
  static void say(const Fd& fd, std::string_view text) {
    EXPECT_EQ(::send(fd.value(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // Everything until so many lines have come, or the connection has ended.
  static std::string read_lines(const Fd& fd, size_t lines) {
    std::string text;
    std::array<char, 4096> block;
    while (static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) < lines) {
      pollfd waiting{fd.value(), POLLIN, 0};
      if (::poll(&waiting, 1, 30'000) != 1) return text + "(nothing more came)";
      const ssize_t n = ::recv(fd.value(), block.data(), block.size(), 0);
      if (n <= 0) return text;
      text.append(block.data(), static_cast<size_t>(n));
    }
    return text;
  }

  testing::TempDir dir_;
  replay::Control control_;
};

TEST_F(ControlSocketTest, IsForItsUserOnlyAndGoesAwayAtTheEnd) {
  {
    const mode_t before = ::umask(0);
    const Result<ControlSocket> socket = ControlSocket::listen(path());
    ::umask(before);
    ASSERT_TRUE(socket) << socket.error().what;
    struct stat facts {};
    ASSERT_EQ(::lstat(path().c_str(), &facts), 0);
    EXPECT_TRUE(S_ISSOCK(facts.st_mode));
    EXPECT_EQ(facts.st_mode & 07777, 0600u);
  }
  EXPECT_NE(::access(path().c_str(), F_OK), 0);
}

TEST_F(ControlSocketTest, OnlyADeadSocketIsReplaced) {
  {
    const Result<ControlSocket> socket = ControlSocket::listen(path());
    ASSERT_TRUE(socket);
    const Result<ControlSocket> second = ControlSocket::listen(path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().what, path() + ": another process listens there");
    // A killed run leaves its socket behind.
    ASSERT_EQ(::rename(path().c_str(), dir_.path("left").c_str()), 0);
  }
  ASSERT_EQ(::rename(dir_.path("left").c_str(), path().c_str()), 0);
  EXPECT_TRUE(ControlSocket::listen(path()));
  dir_.write("ctl.sock", std::vector<uint8_t>{1, 2, 3});
  const Result<ControlSocket> file = ControlSocket::listen(path());
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().what, path() + ": exists, and is not a socket");
  EXPECT_FALSE(ControlSocket::listen(dir_.path("no/folder.sock")));
  const Result<ControlSocket> longer = ControlSocket::listen(dir_.path(std::string(200, 'x')));
  ASSERT_FALSE(longer);
  EXPECT_NE(longer.error().what.find("at most 107 bytes"), std::string::npos);
}

TEST_F(ControlSocketTest, AnotherFileAtItsPathIsNotRemoved) {
  {
    const Result<ControlSocket> socket = ControlSocket::listen(path());
    ASSERT_TRUE(socket);
    ASSERT_EQ(::unlink(path().c_str()), 0);
    dir_.write("ctl.sock", std::vector<uint8_t>{1});
  }
  EXPECT_EQ(::access(path().c_str(), F_OK), 0);
}

TEST_F(ControlSocketTest, ServesSeveralClientsAtOnce) {
  const auto server = ControlServer::start(path(), control_);
  ASSERT_TRUE(server) << server.error().what;
  std::vector<Fd> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(client());
  for (const Fd& fd : clients) say(fd, "pau");
  for (const Fd& fd : clients) say(fd, "se\nstep 1\n");
  for (const Fd& fd : clients) {
    const std::string answers = read_lines(fd, 2);
    EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 2);
    EXPECT_EQ(answers.find("\"ok\":false"), std::string::npos) << answers;
  }
  EXPECT_EQ(control_.status().steps_left, 10u);
  // The last line needs no end.
  say(clients[0], "resume");
  ::shutdown(clients[0].value(), SHUT_WR);
  EXPECT_EQ(read_lines(clients[0], 2),
            "{\"ok\":true,\"state\":\"preparing\",\"speed\":null,\"steps_left\":0}\n");
}

// The answers are more than the server collects at once.
TEST_F(ControlSocketTest, AllLinesOfOneMessageAreAnswered) {
  const auto server = ControlServer::start(path(), control_);
  ASSERT_TRUE(server);
  constexpr int kLines = 580;
  std::string lines;
  for (int i = 0; i < kLines; ++i) lines += "status\n";
  for (const bool ends : {false, true}) {
    const Fd fd = client();
    say(fd, lines);
    if (ends) ::shutdown(fd.value(), SHUT_WR);
    const std::string answers = read_lines(fd, kLines + (ends ? 1 : 0));  // until the end
    EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), kLines) << ends;
    EXPECT_EQ(answers.find("(nothing more came)"), std::string::npos) << ends;
  }
}

TEST_F(ControlSocketTest, AClientThatReadsOrEndsNothingHoldsUpNobody) {
  const auto server = ControlServer::start(path(), control_);
  ASSERT_TRUE(server);
  const Fd silent = client();
  say(silent, "paus");
  // Never reads: the server stops reading from it, so that sending fails at some point.
  const Fd deaf = client();
  const std::string lines(4096, '\n');
  const std::string many = [] {
    std::string text;
    while (text.size() < 4000) text += "halt\n";
    return text;
  }();
  for (int i = 0; i < 10'000; ++i) {
    if (::send(deaf.value(), many.data(), many.size(), MSG_NOSIGNAL) < 0) break;
    ASSERT_LT(i, 9'999) << "everything was taken";
  }
  EXPECT_EQ(errno, EAGAIN);
  const Fd longwinded = client();
  const std::string long_line(1 << 20, 'x');
  (void)!::send(longwinded.value(), long_line.data(), long_line.size(), MSG_NOSIGNAL);
  EXPECT_EQ(read_lines(longwinded, 2).substr(0, 51),
            "{\"ok\":false,\"error\":\"the line is too long\"}\n");
  const Fd binary = client();
  say(binary, std::string_view("\0\xff\n{\n", 5));
  EXPECT_EQ(read_lines(binary, 2).substr(0, 11), "{\"ok\":false");
  const Fd good = client();
  say(good, "pause\n");
  EXPECT_NE(read_lines(good, 1).find("\"paused\""), std::string::npos);
}

TEST_F(ControlSocketTest, TooManyClientsEndTheOneThatWasSilentLongest) {
  const auto server = ControlServer::start(path(), control_);
  ASSERT_TRUE(server);
  std::vector<Fd> clients;
  for (int i = 0; i < 17; ++i) {
    clients.push_back(client());
    say(clients.back(), "status\n");
    ASSERT_NE(read_lines(clients.back(), 1).find("\"ok\":true"), std::string::npos);
  }
  EXPECT_EQ(read_lines(clients[0], 1), "");  // disconnected
  say(clients[1], "status\n");
  EXPECT_NE(read_lines(clients[1], 1).find("\"ok\":true"), std::string::npos);
}

TEST_F(ControlSocketTest, CtlSaysWhatIsWrong) {
  const auto error = [&] {
    const Result<CtlResult> result = run_ctl(path(), "status", 50ms);
    return result ? std::string("none") : result.error().what;
  };
  EXPECT_EQ(error(), path() + ": no replay listens there (has it ended?)");
  {
    const Result<ControlSocket> silent = ControlSocket::listen(path());
    ASSERT_TRUE(silent);
    EXPECT_EQ(error(), path() + ": no answer came");
  }
  const auto server = ControlServer::start(path(), control_);
  ASSERT_TRUE(server);
  const Result<CtlResult> result = run_ctl(path(), "step", 30s);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->answer.error, "step: the replay is not paused");
}

}  // namespace
}  // namespace gophercap::jobs
