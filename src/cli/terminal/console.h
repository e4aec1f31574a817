// Standard output and standard error: results on one, words on the other, a progress line that
// never mixes with either.
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

// All methods may be called by several threads at once. Every line is one write(2), so lines of
// several processes on one terminal or log stay whole.
class Console {
 public:
  explicit Console(const ConsoleOptions& options);
  ~Console();  // takes the progress line away

  // From now on no reader that takes nothing keeps the process once `stop` is asked for: it has a
  // second, then the rest is lost (kCancelled).
  void heed(std::stop_token stop);

  // Results. Fails if the output does not take them all; a reader that went away (EPIPE) is no
  // failure: the rest is dropped.
  Result<> print(std::string_view text);

  // "gophercap: error: <text>", and so on. `text` is escaped for terminals here, once; it is one
  // line.
  void error(std::string_view text);
  void hint(std::string_view text);
  void warning(std::string_view text);
  void note(std::string_view text);  // not with --quiet
  void plain(std::string_view
                 text);  // as it is, to standard error; REQUIRES: text of ours, with its line ends

  // Replaces the progress line; only on a terminal, else it does nothing. `text` must be escaped
  // already.
  void progress_line(std::string_view text);
  void clear_progress();

  bool out_is_terminal() const noexcept { return out_is_terminal_; }
  bool err_is_terminal() const noexcept { return err_is_terminal_; }
  bool quiet() const noexcept { return options_.quiet; }
  void set_quiet(bool quiet) noexcept { options_.quiet = quiet; }
  // Columns now; 80 where nobody knows.
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
  bool out_closed_ GUARDED_BY(mutex_) = false;  // the reader went away
  bool err_stuck_ GUARDED_BY(mutex_) = false;  // its reader takes nothing, and a stop was asked for
};

}  // namespace gophercap::cli
