// One file of the set on its way to the wire: read, judged, keyed, slab by slab.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "capture/capture_reader.h"
#include "io/fd_cache.h"
#include "replay/frame_filter.h"
#include "replay/plan.h"
#include "replay/slab.h"

namespace gophercap::replay {

// Not thread-safe; one thread at a time fills it.
class FileStream {
 public:
  // `slab_bytes`: about how much one slab holds; the reader's own buffer is of that size too (at
  // most 256 KiB). REQUIRES: `file` and `fds` outlive the stream.
  FileStream(const PlannedFile& file, const TargetLimits& limits, io::FdCache& fds,
             size_t slab_bytes)
      : file_(file), limits_(limits), fds_(fds), slab_bytes_(slab_bytes) {}

  // Clears the slab and fills it with the next packets that will leave. Empty afterwards: the file
  // is at its end (or broke: damage()). Opens the file when first called and closes it as soon as
  // it is read to the end.
  void fill(Slab& slab, capture::PacketBatch& batch);

  bool ended() const noexcept { return ended_; }
  const PlannedFile& file() const noexcept { return file_; }
  const Accounts& accounts() const noexcept { return accounts_; }
  const std::optional<capture::Damage>& damage() const noexcept { return damage_; }

 private:
  void open();
  void finish();
  void take(const capture::PacketBatch& batch, Slab& slab);

  const PlannedFile& file_;
  TargetLimits limits_;
  io::FdCache& fds_;
  size_t slab_bytes_;
  std::unique_ptr<capture::CaptureReader> reader_;
  bool opened_ = false;
  bool ended_ = false;
  int64_t key_ns_ = 0;  // largest time up to now
  bool any_ = false;
  Accounts accounts_;
  std::optional<capture::Damage> damage_;
};

}  // namespace gophercap::replay
