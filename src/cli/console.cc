#include "cli/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "cli/escape.h"

namespace gophercap::cli {
namespace {

// 0, or errno.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    text.remove_prefix(static_cast<size_t>(n));
  }
  return 0;
}

size_t terminal_width(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool terminal_obeys_escapes() {
  const char* term = std::getenv("TERM");
  return term != nullptr && std::string_view(term) != "dumb";
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

constexpr std::string_view kEraseLine = "\r\x1b[K";

}  // namespace

Console::Console(const ConsoleOptions& options)
    : options_(options),
      out_is_terminal_(isatty(options.out) == 1),
      err_is_terminal_(isatty(options.err) == 1 && terminal_obeys_escapes()),
      color_(err_is_terminal_ && !is_set("NO_COLOR")) {}

Console::~Console() {
  clear_progress();
}

Result<> Console::print(std::string_view text) {
  clear_progress();
  const MutexLock lock(mutex_);
  if (out_closed_) return {};
  const int error = write_all(options_.out, text);
  if (error == EPIPE) {
    out_closed_ = true;
    return {};
  }
  if (error != 0) return errno_error(error, "standard output");
  return {};
}

void Console::line(std::string_view label, std::string_view color, std::string_view text) {
  const MutexLock lock(mutex_);
  std::string whole;
  if (progress_shown_) whole = kEraseLine;
  progress_shown_ = false;
  if (color_) {
    whole += fmt::format("{}{}\x1b[0m{}\n", color, label, escape_text(text));
  } else {
    whole += fmt::format("{}{}\n", label, escape_text(text));
  }
  // Nowhere is left to say that standard error does not work.
  static_cast<void>(write_all(options_.err, whole));
}

void Console::error(std::string_view text) {
  line("gophercap: error: ", "\x1b[1;31m", text);
}
void Console::hint(std::string_view text) {
  line("hint: ", "\x1b[1;36m", text);
}
void Console::warning(std::string_view text) {
  line("gophercap: warning: ", "\x1b[1;33m", text);
}
void Console::note(std::string_view text) {
  if (!options_.quiet) line("gophercap: ", "", text);
}

void Console::plain(std::string_view text) {
  clear_progress();
  const MutexLock lock(mutex_);
  static_cast<void>(write_all(options_.err, text));
}

void Console::progress_line(std::string_view text) {
  if (!err_is_terminal_ || options_.quiet) return;
  const MutexLock lock(mutex_);
  // One column stays free: some terminals break the line when the last one is filled.
  const std::string whole =
      fmt::format("{}{}", kEraseLine, elide_end(text, terminal_width(options_.err) - 1));
  progress_shown_ = true;
  static_cast<void>(write_all(options_.err, whole));
}

void Console::clear_progress() {
  const MutexLock lock(mutex_);
  if (!progress_shown_) return;
  progress_shown_ = false;
  static_cast<void>(write_all(options_.err, kEraseLine));
}

size_t Console::out_width() const {
  return terminal_width(options_.out);
}
size_t Console::err_width() const {
  return terminal_width(options_.err);
}

}  // namespace gophercap::cli
