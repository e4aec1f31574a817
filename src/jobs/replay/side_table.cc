#include "jobs/replay/side_table.h"

namespace gophercap::jobs {

using packet::Side;
using packet::SideClues;

SideTable::SideTable(size_t most)
    : openings_(most), openings_by_rule_(most), first_fragments_(most), against_(2 * most) {}

void SideTable::Opening::merge(const Opening& other) noexcept {
  if (other.rank < rank) rank = other.rank;
  packets += other.packets;
}

void SideTable::Datagram::merge(const Datagram& other) noexcept {
  const uint64_t sum = packets + other.packets;
  if (other.rank < rank) *this = other;
  packets = sum;
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
  if (!against && clues.key == 0) return;
  first_fragments_.add({.hash = clues.datagram,
                        .connection = clues.key,
                        .against = against,
                        .rank = {false, time_ns, place}});
  ++first_fragments_seen_;
}

void SideTable::merge(const SideTable& other) {
  openings_.merge(other.openings_);
  openings_by_rule_.merge(other.openings_by_rule_);
  first_fragments_.merge(other.first_fragments_);
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
  first_fragments_.for_each([&](const Datagram& datagram) {
    unknown_ -= datagram.packets;
    const bool turned = datagram.connection != 0 && against_rule(datagram.connection);
    if (turned != datagram.against) against_.add({datagram.hash});
  });
  datagrams_against_ = against_.size() - connections_against_;
  openings_.keep_if([](const Opening&) { return false; });
  openings_by_rule_.keep_if([](const Opening&) { return false; });
  first_fragments_.keep_if([](const Datagram&) { return false; });
}

}  // namespace gophercap::jobs
