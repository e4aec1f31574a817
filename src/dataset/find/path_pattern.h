// A regular expression for paths, in the syntax of RE2 and Go.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gophercap::dataset {

// Thread-safe after construction.
class PathPattern {
 public:
  // Fails with kInvalidArgument. The error says what is wrong, but does not quote the expression.
  static Result<PathPattern> make(const std::string& regexp);
  ~PathPattern();
  PathPattern(PathPattern&&) noexcept;
  PathPattern& operator=(PathPattern&&) noexcept;

  // Returns whether it matches anywhere in the path. As in Go, a byte that is not UTF-8 counts as a
  // character (U+FFFD); RE2 alone would not let "." match it.
  bool matches(std::string_view path) const;

 private:
  class Matcher;
  explicit PathPattern(std::unique_ptr<Matcher> matcher);

  std::unique_ptr<Matcher> matcher_;
};

}  // namespace gophercap::dataset
