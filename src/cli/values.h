// Values as users write them, on the command line, in the environment and in the configuration
// alike. Errors are kInvalidArgument and say what was expected; the caller knows where the value
// stood.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "cli/option_table.h"

namespace gophercap::cli {

// true, false, 1, 0, t, f as Go; yes, no, on, off as YAML. Any case.
Result<bool> parse_bool(std::string_view text);
// Decimal, with a sign.
Result<int64_t> parse_integer(std::string_view text);
// "4096", "64K", "1.5G", "128MiB": steps of 1024.
Result<uint64_t> parse_size(std::string_view text);

// Whether `text` is a value for the option.
Result<> check_value(const OptionSpec& option, std::string_view text);

}  // namespace gophercap::cli
