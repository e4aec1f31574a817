// One file of the set on its way to the wire: read, judged, keyed, slab by slab.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "capture/capture_reader.h"
#include "dataset/capture_store.h"
#include "io/file/fd_cache.h"
#include "io/parallel/decode_pool.h"
#include "replay/plan/frame_filter.h"
#include "replay/plan/plan.h"
#include "replay/read/reorder_buffer.h"
#include "replay/read/slab.h"

namespace gophercap::io {
class PausableSource;
}

namespace gophercap::replay {

struct StreamOptions {
  transmit::FrameLimits limits{};
  // Opens the files; never null.
  std::shared_ptr<const dataset::CaptureStore> store =
      std::make_shared<const dataset::CaptureStore>();
  // Helpers for decompressing; null: none. REQUIRES: it outlives the streams.
  io::DecodePool* pool = nullptr;
  Choice choice{};
  const packet::FrameStep* step = nullptr;  // null: packets leave as they are
  KeyRule key_rule = KeyRule::kRunningMax;
  ClockSteps clock_steps{};
  size_t slab_bytes = size_t{1} << 20;  // about how much one slab holds; the reader's own buffer is
                                        // of that size too (at most 256 KiB)
  size_t sort_bytes = size_t{16} << 20;  // for packets that wait to be sorted
  unsigned lanes = 1;                    // sending threads, at most kMostLanes
};

// Not thread-safe; one thread at a time fills it.
class FileStream {
 public:
  // REQUIRES: `file`, `options` and `fds` outlive the stream.
  FileStream(const PlannedFile& file, const StreamOptions& options, io::FdCache& fds);

  // Between two calls its decoder may be closed for others.
  // Clears the slab and fills it with the next packets that will leave. Empty afterwards: the file
  // is at its end (or broke: damage()), or a stop was asked for. Opens the file when first called
  // and closes it as soon as it is read to the end. Fails where the system has too little for it.
  Result<> fill(Slab& slab, capture::PacketBatch& batch, const std::stop_token& stop);

  bool ended() const noexcept { return ended_; }
  const PlannedFile& file() const noexcept { return file_; }
  const Accounts& accounts() const noexcept { return accounts_; }
  const std::optional<capture::Damage>& damage() const noexcept { return damage_; }

 private:
  Result<> open(const std::stop_token& stop);
  Result<> fill_slab(Slab& slab, capture::PacketBatch& batch, const std::stop_token& stop);
  void take(const capture::PacketBatch& batch, Slab& slab);
  void drain_sorted(Slab& slab);
  void take_asked(const packet::PacketView& packet, const packet::Frame& frame, bool out_of_order,
                  Slab& slab);
  uint32_t lane_of(const packet::Frame& packet) const noexcept;
  void enter(int64_t time_ns, const packet::Frame& frame, bool more, uint32_t lane, Slab& slab);
  void put(int64_t key_ns, const packet::Frame& frame, bool more, uint32_t lane, Slab& slab);
  bool past_window() const noexcept { return file_.ends_outside && inside_ >= file_.packets; }

  const PlannedFile& file_;
  const StreamOptions& options_;
  io::FdCache& fds_;
  FrameFilter filter_;
  std::unique_ptr<capture::CaptureReader> reader_;
  io::PausableSource* pausable_ = nullptr;  // the reader's, while there is one
  std::unique_ptr<ReorderBuffer> sorter_;   // where the file needs one
  bool opened_ = false;
  bool ended_ = false;
  KeyClock clock_;                   // where the file's clock is followed
  int64_t before_ns_ = INT64_MIN;    // time of the packet before
  int64_t largest_ns_ = INT64_MIN;   // time up to now; the newest key where its clock is followed
  int64_t last_key_ns_ = INT64_MIN;  // of the packets sorted
  uint64_t inside_ = 0;              // the window
  uint64_t bytes_read_ = 0;          // captured
  Accounts accounts_;
  std::optional<capture::Damage> damage_;
};

}  // namespace gophercap::replay
