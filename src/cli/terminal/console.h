// Standard output for results, standard error for messages, and a progress line that does not mix
// with either.
#pragma once

#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"

namespace gophercap::cli {

struct ConsoleOptions {
  int out = 1;
  int err = 2;
  bool quiet = false;
};

// Thread-safe. Every line is one write(2), so lines of several processes on the same terminal or
// log are not mixed.
class Console {
 public:
  explicit Console(const ConsoleOptions& options);
  ~Console();  // removes the progress line

  // After a stop request through `stop`, a reader that takes nothing no longer blocks the process:
  // it has one second, then the rest is lost (kCancelled).
  void heed(std::stop_token stop);

  // Prints results. Fails if not everything can be written. If the reader has exited (EPIPE), that
  // is no failure, and the rest is dropped.
  Result<> print(std::string_view text);

  // "gophercap: error: <text>", and so on. `text` is one line; it is escaped for terminals here,
  // and only here.
  void error(std::string_view text);
  void hint(std::string_view text);
  void warning(std::string_view text);
  void note(std::string_view text);   // not printed with --quiet
  void plain(std::string_view text);  // printed unchanged to standard error; REQUIRES: trusted text
                                      // with line ends

  // Replaces the progress line on a terminal; otherwise does nothing. `text` must be escaped
  // already.
  void progress_line(std::string_view text);
  void clear_progress();

  bool out_is_terminal() const noexcept { return out_is_terminal_; }
  bool err_is_terminal() const noexcept { return err_is_terminal_; }
  bool quiet() const noexcept { return options_.quiet; }
  void set_quiet(bool quiet) noexcept { options_.quiet = quiet; }
  // The present number of columns, or 80 if it is unknown.
  size_t out_width() const;
  size_t err_width() const;

 private:
  void line(std::string_view label, std::string_view color, std::string_view text);
  void write_words(std::string_view text) REQUIRES_LOCK(mutex_);

  ConsoleOptions options_;
  bool out_is_terminal_;
  bool err_is_terminal_;
  bool color_;
  Mutex mutex_;
  std::stop_token stop_ GUARDED_BY(mutex_);
  bool progress_shown_ GUARDED_BY(mutex_) = false;
  bool out_closed_ GUARDED_BY(mutex_) = false;  // the reader has exited
  bool err_stuck_ GUARDED_BY(mutex_) = false;  // its reader takes nothing, and a stop was requested
};

}  // namespace gophercap::cli
