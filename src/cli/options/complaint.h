// Something wrong with what the user wrote: one error line, and the cure where we know it.
#pragma once

#include <string>

namespace gophercap::cli {

struct Complaint {
  std::string what;  // "<object>: <what>", not escaped
  std::string hint{};
};

}  // namespace gophercap::cli
