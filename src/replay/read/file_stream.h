// Reads one file of the set, selects the packets to send, and fills slabs with their frames.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/saturating.h"
#include "capture/capture_reader.h"
#include "dataset/capture_store.h"
#include "io/file/fd_cache.h"
#include "io/parallel/decode_pool.h"
#include "replay/live_accounts.h"
#include "replay/plan/frame_filter.h"
#include "replay/plan/plan.h"
#include "replay/read/reorder_buffer.h"
#include "replay/read/slab.h"
#include "replay/read/wire_choice.h"

namespace gophercap::io {
class PausableSource;
}

namespace gophercap::replay {

struct StreamOptions {
  transmit::FrameLimits limits{};
  // Opens the files; never null.
  std::shared_ptr<const dataset::CaptureStore> store =
      std::make_shared<const dataset::CaptureStore>();
  // Has helpers for decompression; may be null. REQUIRES: it outlives the streams.
  io::DecodePool* pool = nullptr;
  Choice choice{};
  Changes changes{};
  KeyRule key_rule = KeyRule::kRunningMax;
  ClockSteps clock_steps{};
  // Approximate size of a slab. The buffer of the reader has the same size, but at most 256 KiB.
  size_t slab_bytes = size_t{1} << 20;
  size_t sort_bytes = size_t{16} << 20;  // for packets that are being sorted
  LiveAccounts* live = nullptr;          // gets what each fill() has counted; null: not needed
  unsigned lanes = 1;                    // number of sending threads, at most kMostLanes
  const WireChoice* wires = nullptr;     // as in EngineOptions; the lane of a frame is its wire
};

// Not thread-safe, but different threads may take turns.
class FileStream {
 public:
  // Packets with keys below `from_key_ns` are passed over (seek). REQUIRES: `file`, `options` and
  // `fds` outlive the stream.
  FileStream(const PlannedFile& file, const StreamOptions& options, io::FdCache& fds,
             uint64_t loop = 0, int64_t from_key_ns = INT64_MIN);

  // Clears the slab and fills it with the next frames to send. If it is empty afterwards, the file
  // has ended (see damage()), or a stop was requested. The first call opens the file, and it is
  // closed as soon as it has been read to its end. Between two calls its decoder may be closed in
  // favour of others. Fails if the system lacks memory or another resource.
  Result<> fill(Slab& slab, capture::PacketBatch& batch, const std::stop_token& stop);

  bool ended() const noexcept { return ended_; }
  const PlannedFile& file() const noexcept { return file_; }
  const Accounts& accounts() const noexcept { return accounts_; }
  const std::optional<capture::Damage>& damage() const noexcept { return damage_; }

 private:
  Result<> open(const std::stop_token& stop);
  Result<> fill_slab(Slab& slab, capture::PacketBatch& batch, const std::stop_token& stop);
  void take(const capture::PacketBatch& batch, Slab& slab);
  size_t take_run(const capture::PacketBatch& batch, size_t begin, Slab& slab);
  void take_one(const packet::PacketView& packet, uint32_t link_type, Slab& slab);
  void drain_sorted(Slab& slab);
  uint32_t lane_of(const packet::Frame& packet) const noexcept;
  // Only this function puts frames into a slab.
  void put(int64_t key_ns, Nanos shift, const packet::Frame& frame, bool more, uint32_t lane,
           Slab& slab) {
    const int64_t key = saturating_sum(key_ns, shift.count());
    if (key < from_key_ns_) [[unlikely]] {
      accounts_.passed_over += !more;
      return;
    }
    from_key_ns_ = INT64_MIN;  // keys never decrease
    slab.append(key, frame, more, lane);
  }
  bool past_window() const noexcept { return file_.ends_outside && inside_ >= file_.packets; }

  const PlannedFile& file_;
  const StreamOptions& options_;
  io::FdCache& fds_;
  FrameFilter filter_;
  std::unique_ptr<capture::CaptureReader> reader_;
  io::PausableSource* pausable_ = nullptr;  // belongs to the reader; null: it can't be paused
  std::unique_ptr<ReorderBuffer> sorter_;   // null: the file needs no sorting
  bool opened_ = false;
  bool ended_ = false;
  KeyClock clock_;                   // used if steps of the file's clock are followed
  int64_t before_ns_ = INT64_MIN;    // time of the previous packet
  int64_t largest_ns_ = INT64_MIN;   // largest time so far, or the last key of clock_
  int64_t last_key_ns_ = INT64_MIN;  // of sorted packets
  int64_t from_key_ns_;              // packets before it are passed over
  uint64_t inside_ = 0;              // packets inside the window so far
  uint64_t bytes_read_ = 0;          // of captured packets
  Accounts accounts_;
  Accounts shown_;  // the part of them that options_.live has
  std::optional<capture::Damage> damage_;
};

}  // namespace gophercap::replay
