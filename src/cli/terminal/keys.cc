#include "cli/terminal/keys.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "confine/confine.h"

namespace gophercap::cli {
namespace {

// In the background, keys belong to another process.
constexpr int kLookAgainMs = 200;

// What the handlers of signals need. The terminal is changed if `terminal` is not -1.
struct Mode {
  std::atomic<int> terminal{-1};
  std::atomic<bool> applied{false};
  termios before{};
  termios keys{};
};
Mode mode;

bool in_foreground(int in) noexcept {
  const pid_t group = ::tcgetpgrp(in);
  return group > 0 && group == ::getpgrp();
}

// Fails with ENOTTY or the like if the terminal has gone, which leaves nothing to be done.
void apply_keys() noexcept {
  const int in = mode.terminal.load();
  if (in < 0 || !in_foreground(in) || mode.applied.exchange(true)) return;
  (void)::tcsetattr(in, TCSANOW, &mode.keys);
}

void on_suspend(int /*signal*/) {
  const int saved = errno;
  restore_terminal();
  (void)::kill(::getpid(), SIGSTOP);  // continues here
  apply_keys();
  errno = saved;
}

void on_continue(int /*signal*/) {
  const int saved = errno;
  apply_keys();
  errno = saved;
}

void handle(int signal, void (*handler)(int)) noexcept {
  struct sigaction action {};
  struct sigaction now {};
  if (::sigaction(signal, nullptr, &now) != 0 || now.sa_handler == SIG_IGN) return;
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  (void)::sigaction(signal, &action, nullptr);
}

}  // namespace

bool has_keys(int in) noexcept {
  return ::isatty(in) == 1 && in_foreground(in);
}

void restore_terminal() noexcept {
  const int in = mode.terminal.load();
  // In the background it is another process that has set the mode.
  if (in < 0 || !mode.applied.exchange(false) || !in_foreground(in)) return;
  (void)::tcsetattr(in, TCSANOW, &mode.before);
}

Result<> Keys::start() {
  wake_ = Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_.valid()) return errno_error(errno, "keys");
  if (::tcgetattr(in_, &mode.before) != 0) return errno_error(errno, "keys");
  mode.keys = mode.before;
  mode.keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z keep working
  mode.keys.c_cc[VMIN] = 1;
  mode.keys.c_cc[VTIME] = 0;
  if (const Result<> started = thread_.start([this] { run(); }); !started)
    return started.error().with_context("keys");
  begun_.wait(false);  // same as in SignalGuard
  TRY_VOID(thread_.result());
  mode.terminal.store(in_);
  handle(SIGTSTP, &on_suspend);
  handle(SIGCONT, &on_continue);
  apply_keys();
  return {};
}

Keys::~Keys() {
  thread_.end();
  if (mode.terminal.load() < 0) return;
  restore_terminal();
  mode.terminal.store(-1);
  // The handlers stay: without a terminal they do what the system would do.
}

void Keys::wake() noexcept {
  begun_.store(true);
  begun_.notify_all();
  const uint64_t one = 1;
  (void)!::write(wake_.value(), &one, sizeof one);
}

void Keys::run() {
  // Reading in the background then fails, and does not stop the process.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTTIN);
  (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  confine::confine_helper(confine::Calls::kWaiting);
  begun_.store(true);
  begun_.notify_all();
  for (;;) {
    const bool reads = in_foreground(in_);
    std::array<pollfd, 2> waiting = {{{wake_.value(), POLLIN, 0}, {reads ? in_ : -1, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), reads ? -1 : kLookAgainMs) < 0) continue;  // EINTR
    if (waiting[0].revents != 0) return;
    if (waiting[1].revents == 0) continue;
    char key = 0;
    const ssize_t n = ::read(in_, &key, 1);
    if (n == 1) obey(key);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN && in_foreground(in_)))
      return;  // the terminal has gone
  }
}

void Keys::obey(char key) {
  Result<> done;
  switch (key) {
    case ' ':
      done = control_.toggle_pause();
      break;
    case '+':
    case '=':  // the same key without shift
      done = control_.multiply_speed({2, 1});
      break;
    case '-':
      done = control_.multiply_speed({1, 2});
      break;
    case 'q':
      done = control_.stop();
      break;
    default:
      break;
  }
  if (!done) console_.note(done.error().what);
}

}  // namespace gophercap::cli
