// What the packets of a set tell about the two sides of its flows.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

#include "base/bounded_table.h"
#include "packet/side.h"

namespace gophercap::jobs {

// Knows the connections and datagrams for whose packets SideClues::by_rule is wrong: TCP
// connections by their earliest SYN, or else by their earliest SYN with ACK, and the later
// fragments of a datagram by its first one. Most flows keep to the rule, so the table is small.
//
// Bounded: of too many only some are known. Which ones these are does not depend on the order of
// learn() and merge().
class SideTable {
 public:
  // `most` of each kind.
  explicit SideTable(size_t most);

  // `place` orders packets that have the same time.
  void learn(const packet::Frame& packet, int64_t time_ns, uint64_t place);
  // REQUIRES: the same limit.
  void merge(const SideTable& other);
  // Call after the last packet, before the functions below.
  void settle();

  // Whether SideClues::by_rule is wrong for packets with this key.
  bool against_rule(uint64_t key) const noexcept { return against_.find(key) != nullptr; }
  size_t connections() const noexcept { return connections_against_; }
  size_t datagrams() const noexcept { return datagrams_against_; }
  // How many SYN packets and first fragments say that the rule is wrong for something that did not
  // fit into the table, or whose first fragments disagree.
  uint64_t unknown() const noexcept { return unknown_; }
  // Those of the latter kind: two datagrams with one identification, whose later fragments cannot
  // be told apart. They go by the rule.
  uint64_t disagreeing() const noexcept { return disagreeing_; }

 private:
  void settle_datagrams();

  // When something was said. What comes first counts.
  struct Rank {
    bool weak = false;  // by a SYN with ACK
    int64_t time_ns = 0;
    uint64_t place = 0;
    auto operator<=>(const Rank&) const = default;
  };
  struct Opening {
    uint64_t hash = 0;
    Rank rank{};
    uint64_t packets = 1;

    void merge(const Opening& other) noexcept;
  };
  // What some first fragments of one key have in common.
  struct FirstFragment {
    uint64_t hash = 0;        // of all of these
    uint64_t datagram = 0;    // the key of the later ones
    uint64_t connection = 0;  // its own key
    bool against = false;     // the rule says something else of it
    uint64_t packets = 1;

    void merge(const FirstFragment& other) noexcept { packets += other.packets; }
  };
  // What the first fragments of one key say.
  struct Datagram {
    uint64_t hash = 0;
    uint64_t against = 0;  // so many of them say that the rule is wrong
    bool by_rule = false;  // one says that it is right

    void merge(const Datagram& other) noexcept {
      against += other.against;
      by_rule = by_rule || other.by_rule;
    }
  };
  struct Key {
    uint64_t hash = 0;
    void merge(const Key& /*same*/) noexcept {}
  };

  BoundedTable<Opening> openings_;                       // that contradict the rule
  BoundedTable<Opening> openings_by_rule_;               // the others: a flow may have both
  BoundedTable<FirstFragment> first_fragments_;          // that may contradict the rule
  BoundedTable<FirstFragment> first_fragments_by_rule_;  // the others
  BoundedTable<Key> against_;
  uint64_t openings_seen_ = 0;
  uint64_t first_fragments_seen_ = 0;
  uint64_t unknown_ = 0;
  uint64_t disagreeing_ = 0;
  size_t connections_against_ = 0;
  size_t datagrams_against_ = 0;
};

}  // namespace gophercap::jobs
