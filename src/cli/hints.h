// Cures for failures whose cure is known.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace gophercap::cli {

// Empty: no cure is known. `interface_name`: where packets were to be sent; empty = nowhere.
// `interfaces`: those that exist. `dump`: that of map, which is to be read; empty = none is.
std::string hint_for(const Error& error, std::string_view interface_name,
                     std::span<const std::string> interfaces, std::string_view dump = {});

}  // namespace gophercap::cli
