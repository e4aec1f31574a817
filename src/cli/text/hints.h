// Cures for failures whose cure is known.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "replay/report.h"

namespace gophercap::cli {

// Empty: no cure is known. `interface_name`: where packets were to be sent; empty = nowhere.
// `interfaces`: those that exist. `dump`: that of map, which is to be read; empty = none is.
std::string hint_for(const Error& error, std::string_view interface_name,
                     std::span<const std::string> interfaces, std::string_view dump = {});

// How frames that were too long would have left or arrived: by a larger MTU, as far as the
// interface and its far end can have one. Empty: there were none, or no MTU helps.
std::string mtu_hint(const replay::Report& report);

}  // namespace gophercap::cli
