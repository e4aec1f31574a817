#include "jobs/replay/side_table.h"

#include <algorithm>
#include <cstdint>

#include "packet/mix.h"

namespace gophercap::jobs {

using packet::Side;
using packet::SideClues;

SideTable::SideTable(size_t most)
    : openings_(most),
      openings_by_rule_(most),
      first_fragments_(most),
      first_fragments_by_rule_(most),
      against_(2 * most) {}

void SideTable::Opening::merge(const Opening& other) noexcept {
  if (other.rank < rank) rank = other.rank;
  packets += other.packets;
}

void SideTable::learn(const packet::Frame& packet, int64_t time_ns, uint64_t place) {
  const SideClues clues = packet::side_clues(packet);
  if (clues.opening != SideClues::Opening::kNone) {
    const bool answers = clues.opening == SideClues::Opening::kSynAck;
    const Side sender = answers ? Side::kServer : Side::kClient;
    const bool against = sender != clues.by_rule;
    (against ? openings_ : openings_by_rule_)
        .add({.hash = clues.key, .rank = {answers, time_ns, place}});
    openings_seen_ += against;
  }
  if (clues.datagram == 0) return;
  const bool against = clues.later != clues.by_rule;
  const bool may_contradict = against || clues.key != 0;
  const uint64_t hash =
      std::max<uint64_t>(packet::mix(clues.datagram, clues.key << 1 | uint64_t{against}), 1);
  (may_contradict ? first_fragments_ : first_fragments_by_rule_)
      .add({.hash = hash, .datagram = clues.datagram, .connection = clues.key, .against = against});
  first_fragments_seen_ += may_contradict;
}

void SideTable::merge(const SideTable& other) {
  openings_.merge(other.openings_);
  openings_by_rule_.merge(other.openings_by_rule_);
  first_fragments_.merge(other.first_fragments_);
  first_fragments_by_rule_.merge(other.first_fragments_by_rule_);
  openings_seen_ += other.openings_seen_;
  first_fragments_seen_ += other.first_fragments_seen_;
}

void SideTable::settle() {
  unknown_ = openings_seen_ + first_fragments_seen_;
  openings_.for_each([&](const Opening& opening) {
    unknown_ -= opening.packets;
    const Opening* const by_rule = openings_by_rule_.find(opening.hash);
    if (by_rule == nullptr || opening.rank < by_rule->rank) against_.add({opening.hash});
  });
  connections_against_ = against_.size();
  openings_.keep_if([](const Opening&) { return false; });
  openings_by_rule_.keep_if([](const Opening&) { return false; });
  settle_datagrams();
  datagrams_against_ = against_.size() - connections_against_;
}

void SideTable::settle_datagrams() {
  BoundedTable<Datagram> datagrams(SIZE_MAX);  // not more than the entries of both tables
  first_fragments_.for_each([&](const FirstFragment& first) {
    unknown_ -= first.packets;
    const bool turned = first.connection != 0 && against_rule(first.connection);
    const bool against = turned != first.against;
    datagrams.add(
        {.hash = first.datagram, .against = against ? first.packets : 0, .by_rule = !against});
  });
  first_fragments_by_rule_.for_each([&](const FirstFragment& first) {
    datagrams.add({.hash = first.datagram, .against = 0, .by_rule = true});
  });
  first_fragments_.keep_if([](const FirstFragment&) { return false; });
  first_fragments_by_rule_.keep_if([](const FirstFragment&) { return false; });
  datagrams.for_each([&](const Datagram& datagram) {
    if (datagram.against == 0) return;
    if (datagram.by_rule) {
      disagreeing_ += datagram.against;
    } else {
      against_.add({datagram.hash});
    }
  });
  unknown_ += disagreeing_;
}

}  // namespace gophercap::jobs
