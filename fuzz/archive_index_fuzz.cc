// The index of a tarball, of which every byte may be somebody else's.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "archive/archive_index.h"
#include "base/fd.h"
#include "decode_fuzz.h"

namespace {

using gophercap::fuzz::require;

constexpr int kMostMembers = 64;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const gophercap::Fd file(::memfd_create("index", MFD_CLOEXEC));
  require(file.valid());
  if (::write(file.value(), data, size) != static_cast<ssize_t>(size)) return 0;
  const auto index =
      gophercap::archive::ArchiveIndex::open("/proc/self/fd/" + std::to_string(file.value()));
  if (!index) return 0;
  int members = 0;
  const auto visited = (*index)->each_member([&](const gophercap::archive::IndexedMember& member) {
    require(member.extents.size() <= gophercap::archive::kMostExtents);
    for (const auto& extent : member.extents)
      require(extent.offset + extent.size_bytes <= member.size_bytes);
    return ++members < kMostMembers;
  });
  static_cast<void>(visited);
  static_cast<void>((*index)->find("set/c1.pcap"));
  uint64_t offset = 0;
  for (int i = 0; i < kMostMembers; ++i) {
    const auto checkpoint = (*index)->checkpoint_behind(offset);
    // Rows out of order are possible; who asks notices.
    if (!checkpoint || !*checkpoint || (**checkpoint).plain_offset <= offset) break;
    require((**checkpoint).window.size() <= gophercap::io::Checkpoint::kMostWindow);
    offset = (**checkpoint).plain_offset;
    static_cast<void>((*index)->checkpoint_for(offset));
    static_cast<void>((*index)->decoded_before(offset));
  }
  return 0;
}
