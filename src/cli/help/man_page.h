// gophercap(1) in roff, generated from the tables.
#pragma once

#include <string>
#include <string_view>

namespace gophercap::cli {

std::string man_page(std::string_view version);

}  // namespace gophercap::cli
