// The types of option values other than numbers, times and words. A value is parsed once, where the
// text of the user is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/ratio.h"
#include "base/result.h"
#include "base/time.h"
#include "dataset/dump/relocate.h"
#include "jobs/metrics/metrics_target.h"
#include "jobs/replay/side_choice.h"
#include "replay/plan/clock_steps.h"
#include "replay/send/limit.h"
#include "replay/send/sender.h"
#include "rewrite/ethernet/mac_address.h"
#include "rewrite/network/port_map.h"
#include "rewrite/network/prefix.h"
#include "rewrite/rules/link_rules.h"
#include "transmit/tunnel/tunnel.h"

namespace gophercap::cli {

// "catch-up", "slip" or "drop"; the last two may have a minimum lateness: "drop=5ms".
struct LateWords {
  replay::LatePolicy policy = replay::LatePolicy::kCatchUp;
  Nanos limit{0};
};
Result<LateWords> parse_late(std::string_view text);

// "keep", "follow" or "follow=500ms": with a limit, steps forward are followed too.
Result<replay::ClockSteps> parse_clock_steps(std::string_view text);

// "p99=50us", "max=1ms": a quantile (0 to 1, 1 = max) of the lateness and its limit.
struct LatenessLimit {
  std::string text;  // as the user wrote it
  double quantile = 1;
  Nanos limit{0};
};
Result<LatenessLimit> parse_lateness_limit(std::string_view text);

// Where packets are sent: one interface, two for the sides of clients and servers ("a,b"), several
// ("a+b+c"), or a tunnel.
struct OutWords {
  uint32_t given = 0;  // how many values it is made of
  bool mixed = false;  // they cannot be taken together
  std::vector<std::string> interfaces{};
  bool by_side = false;
  std::optional<transmit::Tunnel> tunnel{};
};
// An existing interface whose name contains a separator is one interface.
Result<OutWords> parse_out(std::string_view text);

// "auto", "client-net=10.0.0.0/8;2001:db8::/32" or "mac=02:00:5e:00:53:01;02:00:5e:00:53:02".
Result<jobs::SplitRule> parse_split(std::string_view text);

// "1000" packets, "30s", or "10M" bytes.
Result<replay::Limit> parse_limit(std::string_view text);

// An enumerator from the option's table of words.
struct Chosen {
  uint8_t value = 0;
};

// The value of one option.
struct Value {
  // monostate: not given, and there is no default.
  std::variant<std::monostate, bool, int64_t, uint64_t, Nanos, CaptureTime, Ratio, Chosen,
               std::string, std::vector<std::string>, LateWords, replay::ClockSteps, LatenessLimit,
               OutWords, jobs::SplitRule, rewrite::MacAddress, replay::Limit, jobs::MetricsTarget,
               std::vector<dataset::PrefixChange>, std::vector<rewrite::PrefixPair>,
               std::vector<rewrite::PortPair>, std::vector<rewrite::MacRule>,
               std::vector<rewrite::VlanRule>>
      is;

  bool given() const noexcept { return is.index() != 0; }

  // REQUIRES: it holds a T; for std::optional<U>, a U or nothing; for an enumeration, Chosen.
  template <class T>
  T as() const {
    if constexpr (std::is_enum_v<T>) {
      return static_cast<T>(std::get<Chosen>(is).value);
    } else if constexpr (requires {
                           typename T::value_type;
                           T(std::nullopt);
                         }) {
      return given() ? T(std::get<typename T::value_type>(is)) : T();
    } else {
      return std::get<T>(is);
    }
  }
};

}  // namespace gophercap::cli
