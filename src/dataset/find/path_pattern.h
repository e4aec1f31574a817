// A regular expression on paths (the syntax of RE2, which is that of Go).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gophercap::dataset {

// Thread-safe once made.
class PathPattern {
 public:
  // Fails with kInvalidArgument, and says what is wrong with the expression but not which it is.
  static Result<PathPattern> make(const std::string& regexp);
  ~PathPattern();
  PathPattern(PathPattern&&) noexcept;
  PathPattern& operator=(PathPattern&&) noexcept;

  // Whether it matches somewhere in the path. As in Go, a byte that is no UTF-8 is a character
  // (U+FFFD); the library by itself lets "." match no such byte.
  bool matches(std::string_view path) const;

 private:
  class Matcher;
  explicit PathPattern(std::unique_ptr<Matcher> matcher);

  std::unique_ptr<Matcher> matcher_;
};

}  // namespace gophercap::dataset
