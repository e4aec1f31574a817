// An error in what the user wrote: one line, and a hint if there is one.
#pragma once

#include <string>

namespace gophercap::cli {

struct Complaint {
  std::string what;  // "<object>: <what>", not escaped
  std::string hint{};
};

}  // namespace gophercap::cli
