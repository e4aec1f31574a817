// Splits long filter expressions: libpcap takes a minute to compile one with 5,000 hosts, and
// cannot be interrupted, while each host alone takes microseconds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gophercap::packet {

struct FilterTerms {
  // The alternatives of an expression that consists only of alternatives ("host a or host b or (tcp
  // and port 80)"), each of which means the same by itself. Otherwise the whole expression.
  struct Term {
    std::string_view text;
    size_t primitives = 1;  // number of primitives, separated by "and" and "or"
  };
  std::vector<Term> terms;
  bool negated = false;  // the terms are inside "not (…)"

  size_t primitives() const noexcept;
};

// Only recognizes words and parentheses; libpcap reports all other errors. The terms point into
// `expression`.
FilterTerms split_filter(std::string_view expression);

}  // namespace gophercap::packet
