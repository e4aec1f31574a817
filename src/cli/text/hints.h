// Hints for errors with a known remedy.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "replay/report.h"

namespace gophercap::cli {

// Empty if no remedy is known. `interface_name` is where packets were to be sent (empty: nowhere),
// `interfaces` lists the existing ones, `dump` is the dump of map that was to be read (empty:
// none).
std::string hint_for(const Error& error, std::string_view interface_name,
                     std::span<const std::string> interfaces, std::string_view dump = {});

// The one of `names` that `error` is about; empty if that is not certain.
std::string_view interface_of(const Error& error, std::span<const std::string> names);

// Which MTU would have been enough for frames that were too long, if the interface and its far end
// support it. Empty if there were none, or no MTU helps.
std::string mtu_hint(const replay::Report& report);

}  // namespace gophercap::cli
