// Gives networks other addresses.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "rewrite/network/prefix.h"

namespace gophercap::rewrite {

// A map from prefixes to prefixes, completed to a permutation of all addresses, so that two hosts
// never become one:
// * An address of a pair's first prefix becomes the one with the same free bits in its second
//   prefix.
// * An address that only has a place in a second prefix would then collide with one that moved
//   there. It takes the place of the address that moved there; if that place has been taken too,
//   the place of the one that moved to it, and so on. With A=B, the networks A and B are exchanged.
//   With A=B and B=C, A becomes B, B becomes C, and C becomes A.
// * All other addresses stay.
//
// The pairs in reverse (to=from) give the inverse map. Immutable, so several threads may use it.
class AddressMap {
 public:
  AddressMap() = default;  // all addresses stay

  // Fails (kInvalidArgument) if the prefixes of a pair differ in family or length, if the first
  // prefixes of two pairs overlap, or the second ones; or if completing the map takes too many
  // steps, which only pairs made for that purpose do.
  static Result<AddressMap> make(std::span<const PrefixPair> pairs);

  bool empty() const noexcept { return ipv4_.empty() && ipv6_.empty(); }

  // O(log n) in the number of pairs.
  uint32_t ipv4(uint32_t address) const noexcept;
  IpNumber ipv6(IpNumber address) const noexcept;
  // Returns the prefix that this one becomes, or itself if its addresses do not stay together.
  Prefix prefix(const Prefix& prefix) const noexcept;

 private:
  // The addresses from `first` to `last` become others at the distance `shift`, which wraps around.
  template <class Number>
  struct Range {
    Number first;
    Number last;
    Number shift;
  };
  template <class Number>
  using Ranges = std::vector<Range<Number>>;  // ascending, disjoint

  template <class Number>
  static Result<Ranges<Number>> complete(std::span<const PrefixPair> pairs);

  Ranges<uint32_t> ipv4_;
  Ranges<IpNumber> ipv6_;
};

}  // namespace gophercap::rewrite
