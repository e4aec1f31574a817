#include "cli/terminal/console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "cli/text/escape.h"
#include "io/file/waiting.h"

namespace gophercap::cli {
namespace {

// Writing to a regular file or a device never waits for another program.
bool may_wait(int fd) {
  struct stat facts {};
  return fstat(fd, &facts) == 0 && !S_ISREG(facts.st_mode);
}

Result<> write_all(int fd, std::string_view text, const std::stop_token& stop,
                   const std::string& shown) {
  const bool waits = stop.stop_possible() && may_wait(fd);
  // A pipe that has any room at all accepts this much at once.
  const size_t most = waits ? PIPE_BUF : text.size();
  while (!text.empty()) {
    if (waits) TRY_VOID(io::wait_to_write(fd, stop, shown));
    const ssize_t n = write(fd, text.data(), std::min(most, text.size()));
    if (n < 0) {
      if (errno == EINTR || (errno == EAGAIN && waits)) continue;
      return errno_error(errno, shown);
    }
    text.remove_prefix(static_cast<size_t>(n));
  }
  return {};
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
  Result<> written = write_all(options_.out, text, stop_, "standard output");
  if (!written && written.error().sys == EPIPE) {
    out_closed_ = true;
    return {};
  }
  return written;
}

void Console::heed(std::stop_token stop) {
  const MutexLock lock(mutex_);
  stop_ = std::move(stop);
}

// A failure of standard error cannot be reported anywhere.
void Console::write_words(std::string_view text) {
  if (err_stuck_) return;
  const Result<> written = write_all(options_.err, text, stop_, "standard error");
  err_stuck_ = !written && written.error().code == Errc::kCancelled;
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
  write_words(whole);
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
  write_words(text);
}

void Console::progress_line(std::string_view text) {
  if (!err_is_terminal_ || options_.quiet) return;
  const MutexLock lock(mutex_);
  // One column stays free, because some terminals wrap the line when the last one is used.
  const std::string whole =
      fmt::format("{}{}", kEraseLine, elide_end(text, terminal_width(options_.err) - 1));
  progress_shown_ = true;
  write_words(whole);
}

void Console::clear_progress() {
  const MutexLock lock(mutex_);
  if (!progress_shown_) return;
  progress_shown_ = false;
  write_words(kEraseLine);
}

size_t Console::out_width() const {
  return terminal_width(options_.out);
}
size_t Console::err_width() const {
  return terminal_width(options_.err);
}

}  // namespace gophercap::cli
