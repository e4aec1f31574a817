#include "rewrite/network/address_map.h"

#include <algorithm>
#include <string>

namespace gophercap::rewrite {
namespace {

// Pairs of one length need one step each at most. Pairs of many lengths can be arranged so that
// they need more than there are addresses.
constexpr size_t kMostSteps = size_t{1} << 18;

Error wrong(const std::string& what) {
  return Error{Errc::kInvalidArgument, 0, what};
}

// A pair as ranges.
template <class Number>
struct Move {
  Number first;
  Number last;
  Number target;
  const PrefixPair* pair;

  Number target_last() const noexcept { return static_cast<Number>(target + (last - first)); }
};
template <class Number>
using Moves = std::vector<Move<Number>>;

template <class Number>
Moves<Number> moves_of(std::span<const PrefixPair> pairs) {
  Moves<Number> moves;
  for (const PrefixPair& pair : pairs) {
    if (pair.from.ipv6 != (sizeof(Number) > 4)) continue;
    moves.push_back({static_cast<Number>(pair.from.first), static_cast<Number>(last_of(pair.from)),
                     static_cast<Number>(pair.to.first), &pair});
  }
  return moves;
}

// Sorts the moves by target, and returns an error if two have the same.
template <class Number>
Result<> sort_by_target(Moves<Number>& moves) {
  std::ranges::sort(moves, {}, &Move<Number>::target);
  for (size_t i = 1; i < moves.size(); ++i) {
    const Move<Number>& before = moves[i - 1];
    if (before.target_last() < moves[i].target) continue;
    return wrong(to_text(*before.pair) + " and " + to_text(*moves[i].pair) + ": " +
                 to_text(before.pair->to) + " and " + to_text(moves[i].pair->to) +
                 " overlap, so two hosts would become one");
  }
  return {};
}
template <class Number>
Result<> sort_by_source(Moves<Number>& moves) {
  std::ranges::sort(moves, {}, &Move<Number>::first);
  for (size_t i = 1; i < moves.size(); ++i) {
    const Move<Number>& before = moves[i - 1];
    if (before.last < moves[i].first) continue;
    return wrong(to_text(*before.pair) + " and " + to_text(*moves[i].pair) + ": " +
                 to_text(before.pair->from) + " and " + to_text(moves[i].pair->from) + " overlap");
  }
  return {};
}

// Addresses to which others move, but which do not move themselves by a pair.
template <class Number>
struct Displaced {
  Number first;
  Number last;
  Number place;  // a free place for `first`, as far as is known
};

// REQUIRES: `sources` sorted by source, without overlaps.
template <class Number>
std::vector<Displaced<Number>> displaced_by(const Moves<Number>& targets,
                                            const Moves<Number>& sources) {
  std::vector<Displaced<Number>> displaced;
  for (const Move<Number>& move : targets) {
    Number next = move.target;
    const Number end = move.target_last();
    bool done = false;
    auto source = std::ranges::lower_bound(sources, next, {}, &Move<Number>::last);
    for (; source != sources.end() && source->first <= end; ++source) {
      if (next < source->first)
        displaced.push_back({next, static_cast<Number>(source->first - 1), next});
      done = source->last >= end;
      if (done) break;
      next = static_cast<Number>(source->last + 1);
    }
    if (!done) displaced.push_back({next, end, next});
  }
  return displaced;
}

}  // namespace

template <class Number>
Result<AddressMap::Ranges<Number>> AddressMap::complete(std::span<const PrefixPair> pairs) {
  Moves<Number> sources = moves_of<Number>(pairs);
  Moves<Number> targets = sources;
  TRY_VOID(sort_by_source(sources));
  TRY_VOID(sort_by_target(targets));
  Ranges<Number> ranges;
  for (const Move<Number>& move : sources)
    ranges.push_back({move.first, move.last, static_cast<Number>(move.target - move.first)});
  std::vector<Displaced<Number>> displaced = displaced_by(targets, sources);
  for (size_t steps = 0; !displaced.empty(); ++steps) {
    if (steps == kMostSteps)
      return wrong("the prefixes overlap in so many ways that the map cannot be completed");
    Displaced<Number> part = displaced.back();
    displaced.pop_back();
    const auto place_of = [&part](Number address) {
      return static_cast<Number>(part.place + (address - part.first));
    };
    // Places to which something moves are not free; the places that it left may be.
    const auto move = std::ranges::lower_bound(targets, part.place, {},
                                               [](const auto& m) { return m.target_last(); });
    if (move == targets.end() || move->target > place_of(part.last)) {
      ranges.push_back({part.first, part.last, static_cast<Number>(part.place - part.first)});
      continue;
    }
    if (part.place < move->target) {
      const auto free = static_cast<Number>(move->target - part.place);
      const auto next = static_cast<Number>(part.first + free);
      displaced.push_back({next, part.last, move->target});
      part.last = static_cast<Number>(next - 1);
      ranges.push_back({part.first, part.last, static_cast<Number>(part.place - part.first)});
      continue;
    }
    if (move->target_last() < place_of(part.last)) {
      const auto next =
          static_cast<Number>(part.first + (move->target_last() - part.place) + Number{1});
      displaced.push_back({next, part.last, place_of(next)});
      part.last = static_cast<Number>(next - 1);
    }
    part.place = static_cast<Number>(move->first + (part.place - move->target));
    displaced.push_back(part);
  }
  std::ranges::sort(ranges, {}, &Range<Number>::first);
  Ranges<Number> merged;
  for (const Range<Number>& range : ranges) {
    if (range.shift == 0) continue;
    const bool joined = !merged.empty() && merged.back().shift == range.shift &&
                        static_cast<Number>(merged.back().last + 1) == range.first;
    if (joined) {
      merged.back().last = range.last;
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

Result<AddressMap> AddressMap::make(std::span<const PrefixPair> pairs) {
  for (const PrefixPair& pair : pairs) {
    if (pair.from.ipv6 != pair.to.ipv6)
      return wrong(to_text(pair) + ": one is an IPv4 and one an IPv6 prefix");
    if (pair.from.length != pair.to.length)
      return wrong(to_text(pair) +
                   ": the prefixes differ in length; with the same length, hosts stay apart");
  }
  AddressMap map;
  TRY(map.ipv4_, complete<uint32_t>(pairs));
  TRY(map.ipv6_, complete<IpNumber>(pairs));
  return map;
}

namespace {

// Returns the range that contains the address, or the next one.
template <class Ranges, class Number>
auto find(const Ranges& ranges, Number address) noexcept {
  return std::lower_bound(ranges.begin(), ranges.end(), address,
                          [](const auto& range, Number a) { return range.last < a; });
}
template <class Ranges, class Number>
Number mapped(const Ranges& ranges, Number address) noexcept {
  const auto range = find(ranges, address);
  const bool moves = range != ranges.end() && range->first <= address;
  return moves ? static_cast<Number>(address + range->shift) : address;
}
template <class Ranges, class Number>
Number shift_of(const Ranges& ranges, Number first, Number last) noexcept {
  const auto range = find(ranges, first);
  const bool together = range != ranges.end() && range->first <= first && last <= range->last;
  return together ? range->shift : Number{0};
}

}  // namespace

uint32_t AddressMap::ipv4(uint32_t address) const noexcept {
  return mapped(ipv4_, address);
}

IpNumber AddressMap::ipv6(IpNumber address) const noexcept {
  return mapped(ipv6_, address);
}

Prefix AddressMap::prefix(const Prefix& prefix) const noexcept {
  const IpNumber last = last_of(prefix);
  Prefix moved = prefix;
  if (prefix.ipv6) {
    moved.first += shift_of(ipv6_, prefix.first, last);
  } else {
    moved.first =
        static_cast<uint32_t>(moved.first + shift_of(ipv4_, static_cast<uint32_t>(prefix.first),
                                                     static_cast<uint32_t>(last)));
  }
  const bool aligned = (moved.first & (last ^ prefix.first)) == 0;
  return aligned ? moved : prefix;
}

}  // namespace gophercap::rewrite
