#include "replay/plan/plan_digest.h"

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <vector>

#include "packet/digest.h"

namespace gophercap::replay {
namespace {

class Words {
 public:
  void add(uint64_t word) {
    for (unsigned shift = 0; shift < 64; shift += 8)
      bytes_.push_back(static_cast<uint8_t>(word >> shift));
  }
  void add(CaptureTime time) { add(static_cast<uint64_t>(ns_of(time))); }
  uint64_t digest() const noexcept { return packet::digest(bytes_, 0); }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace

std::string plan_digest(const Plan& plan) {
  Words words;
  words.add(plan.key_rule == KeyRule::kOwnTime ? 1 : 0);
  words.add(plan.packets);
  words.add(plan.packets_cut);
  words.add(plan.first);
  words.add(plan.last);
  for (const PlannedFile& file : plan.files) {
    words.add(file.ordinal);
    words.add(file.packets);
    words.add(file.initial_time);
    words.add(file.first_key);
    words.add(file.last_key);
    words.add(static_cast<uint64_t>(file.key_shift.count()));
  }
  return fmt::format("{:016x}", words.digest());
}

}  // namespace gophercap::replay
