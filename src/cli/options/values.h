// Parses values as users write them, in the same way for the command line, the environment and the
// configuration. Errors are kInvalidArgument and say what was expected; the caller adds where the
// value was.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options/option_table.h"
#include "cli/options/option_values.h"

namespace gophercap::cli {

// Accepts true, false, 1, 0, t, f as Go does, and yes, no, on, off as YAML does, in any case.
Result<bool> parse_bool(std::string_view text);
// Decimal, with a sign.
Result<int64_t> parse_integer(std::string_view text);
// "4096", "64K", "1.5G", "128MiB": steps of 1024.
Result<uint64_t> parse_size(std::string_view text);

// Parses one value of the option. Empty text means no value if the option has no default either.
Result<Value> parse_value(const OptionSpec& option, std::string_view text);
// Parses all values of the option. REQUIRES: they have passed check_value().
Value parse_values(const OptionSpec& option, const std::vector<std::string>& texts);

// Fails if `text` is no value for the option.
Result<> check_value(const OptionSpec& option, std::string_view text);

// Returns whether both mean the same, however they are written: "1h" and "60m", "0.5" and "1/2". No
// value is the same as an empty one. REQUIRES: they have passed check_value().
bool same_values(const OptionSpec& option, const std::vector<std::string>& a,
                 const std::vector<std::string>& b);

}  // namespace gophercap::cli
