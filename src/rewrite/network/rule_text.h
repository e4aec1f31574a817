// The text forms of rules on addresses and ports, in options and in files.
#pragma once

#include <string_view>

#include "base/result.h"
#include "rewrite/network/port_map.h"
#include "rewrite/network/prefix.h"

namespace gophercap::rewrite {

// All functions fail with kInvalidArgument. The error contains the text that was parsed.

// "10.0.0.0/8", "2001:db8::/32", or a single address. Bits after the prefix must be zero.
Result<Prefix> parse_prefix(std::string_view text);

// "OLD=NEW", two prefixes of the same family and length. Also the forms of tcprewrite:
// "10.0.0.0/8:172.16.0.0/8" and "[2001:db8::/32]:[2001:db9::/32]".
Result<PrefixPair> parse_prefix_pair(std::string_view text);

// "OLD=NEW", two ports or two ranges of the same size such as 8000-8010; ":" instead of "=" is
// accepted as well.
Result<PortPair> parse_port_pair(std::string_view text);

}  // namespace gophercap::rewrite
