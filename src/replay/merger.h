// Puts the packets of all files into one order and on the schedule: the k-way merge.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "io/fd_cache.h"
#include "replay/departure.h"
#include "replay/pacer.h"
#include "replay/plan.h"
#include "replay/reader_pool.h"
#include "replay/report.h"
#include "replay/timeline.h"

namespace gophercap::replay {

struct MergeOptions {
  StreamOptions stream{};
  Pace pace{};
  uint64_t loops = 1;  // 0 = for ever
  // Slabs that are merged but not sent hold no more than this, one of them aside: where files are
  // short, many of them lie between merge and wire.
  uint64_t in_flight_bytes = uint64_t{32} << 20;
  size_t prefetch_files = 8;  // opened before they are needed
};

// Order: loop, key, path bytes (ordinal), position in the file. One thread calls run(); the results
// may be read after it.
//
// A file is opened a little before its first packet is due and closed at its end, so open files
// follow the overlap of the set, not its size. Slabs come back by count: departures leave the ring
// in the order in which they entered it, so the n-th slab that was merged to its end is the n-th to
// be released, and the sending thread needs to tell no more than a number.
class Merger {
 public:
  // `released` is the number of departures with last_of_slab that the sending thread has let go of.
  Merger(const Plan& plan, const Timeline& timeline, const MergeOptions& options, io::FdCache& fds,
         ReaderPool& readers, DepartureRing& ring, const std::atomic<uint64_t>& released);
  ~Merger();

  // Returns when everything has been pushed or a stop was asked for; closes the ring.
  void run(const std::stop_token& stop);

  // Key of the newest packet that went into the ring, for progress; may be read by anybody.
  CaptureTime newest_key() const noexcept {
    return capture_time(newest_key_ns_.load(std::memory_order_relaxed));
  }

  // After run(), once nobody reads slabs any more: adds what the files say of themselves.
  void settle(Report& report);

 private:
  struct Head {  // of the heap: where each active file stands
    int64_t key_ns;
    uint32_t ordinal;
    ActiveFile* file;
    bool before(const Head& other) const noexcept {
      return key_ns != other.key_ns ? key_ns < other.key_ns : ordinal < other.ordinal;
    }
  };

  void open_ahead();
  bool activate_due(const std::stop_token& stop);
  bool activate_first_upcoming(const std::stop_token& stop);
  void emit_from_top();
  void push(ActiveFile& file, const Slab& slab, bool last_of_slab);
  // Next slab of a file whose current one is used up. False: the file is at its end, or a stop was
  // asked for.
  bool next_slab(ActiveFile& file, const std::stop_token& stop);
  void wait_for_room(const std::stop_token& stop);
  void recycle();
  void retire(ActiveFile& file);
  void settle_file(const ActiveFile& file);
  void sift_down(size_t index) noexcept;
  void sift_up(size_t index) noexcept;

  const Plan& plan_;
  const MergeOptions options_;
  io::FdCache& fds_;
  ReaderPool& readers_;
  DepartureRing& ring_;
  const std::atomic<uint64_t>& released_;

  uint64_t next_loop_ = 0;  // of the next file to open
  size_t next_file_ = 0;
  uint64_t loop_ = 0;                                  // being merged
  std::list<std::unique_ptr<ActiveFile>> files_;       // all that live, in the order of opening
  std::deque<ActiveFile*> upcoming_;                   // opened ahead, not in the heap yet
  std::vector<Head> heap_;                             // binary, smallest first
  std::deque<std::pair<ActiveFile*, int>> in_flight_;  // slabs merged to their end, in that order
  std::vector<ActiveFile*> retiring_;                  // at their end, slabs may still be in flight
  uint64_t recycled_ = 0;
  uint64_t in_flight_bytes_ = 0;
  Pacer pacer_;
  std::optional<uint64_t> last_pushed_loop_;
  std::atomic<int64_t> newest_key_ns_{0};

  Accounts accounts_;
  std::vector<DamagedFile> damaged_;
  std::set<uint32_t> damaged_ordinals_;
};

}  // namespace gophercap::replay
