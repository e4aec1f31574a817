// Values as users write them, on the command line, in the environment and in the configuration
// alike. Errors are kInvalidArgument and say what was expected; the caller knows where the value
// stood.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options/option_table.h"
#include "cli/options/option_values.h"

namespace gophercap::cli {

// true, false, 1, 0, t, f as Go; yes, no, on, off as YAML. Any case.
Result<bool> parse_bool(std::string_view text);
// Decimal, with a sign.
Result<int64_t> parse_integer(std::string_view text);
// "4096", "64K", "1.5G", "128MiB": steps of 1024.
Result<uint64_t> parse_size(std::string_view text);

// What `text`, one value of the option, means. Empty text: nothing, where the option has no default
// either.
Result<Value> parse_value(const OptionSpec& option, std::string_view text);
// All of them. REQUIRES: they have passed check_value().
Value parse_values(const OptionSpec& option, const std::vector<std::string>& texts);

// Whether `text` is a value for the option.
Result<> check_value(const OptionSpec& option, std::string_view text);

// Whether both mean the same, however they are written: "1h" and "60m", "0.5" and "1/2". None, and
// an empty one, are alike. REQUIRES: they have passed check_value().
bool same_values(const OptionSpec& option, const std::vector<std::string>& a,
                 const std::vector<std::string>& b);

}  // namespace gophercap::cli
