// Long filter expressions, taken apart: libpcap takes a minute for one of 5,000 hosts, and can't be
// interrupted, while each host is a matter of microseconds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gophercap::packet {

struct FilterTerms {
  // Of an expression that is nothing but alternatives ("host a or host b or (tcp and port 80)"),
  // each of which means the same alone: these. Else the whole.
  struct Term {
    std::string_view text;
    size_t primitives = 1;  // what stands between "and" and "or" in it
  };
  std::vector<Term> terms;
  bool negated = false;  // "not (…)" around them

  size_t primitives() const noexcept;
};

// Knows words and parentheses only; what is wrong with the rest libpcap says. The terms point into
// `expression`.
FilterTerms split_filter(std::string_view expression);

}  // namespace gophercap::packet
