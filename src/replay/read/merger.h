// Puts the packets of all files into one order and on the schedule: the k-way merge.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/merge_heap.h"
#include "io/file/fd_cache.h"
#include "replay/plan/plan.h"
#include "replay/read/reader_pool.h"
#include "replay/report.h"
#include "replay/send/dispatcher.h"
#include "replay/send/start_gate.h"
#include "replay/trail.h"

namespace gophercap::replay {

struct MergeOptions {
  StreamOptions stream{};
  uint64_t loops = 1;  // 0 = for ever
  // Slabs that are merged but not sent hold no more than this, one of them aside: where files are
  // short, many of them lie between merge and wire.
  uint64_t in_flight_bytes = uint64_t{32} << 20;
  size_t prefetch_files = 8;  // opened before they are needed
  // Told once the files of the first loop whose first packet is not behind that key have their
  // first slab, as far as there is memory for them; null: nobody waits for it.
  StartGate* gate = nullptr;
  Trail* trail = nullptr;  // for progress; null: nobody looks
  int64_t first_second_ends_ns = INT64_MIN;
};

// Order: loop, key, path bytes (ordinal), position in the file. One thread calls run(); the results
// may be read after it.
//
// A file is opened a little before its first packet is due and closed at its end, so open files
// follow the overlap of the set, not its size. Slabs come back by count: a lane's departures leave
// it in the order in which they entered it, so the n-th slab that was merged to its end is the n-th
// to be released, and a sending thread needs to tell no more than a number.
class Merger {
 public:
  Merger(const Plan& plan, const MergeOptions& options, io::FdCache& fds, ReaderPool& readers,
         Dispatcher& dispatcher);
  ~Merger();  // stops the readers

  // Returns when everything has been pushed or a stop was asked for; closes the lanes.
  void run(const std::stop_token& stop);

  // After run(), once nobody reads slabs any more: adds what the files say of themselves.
  void settle(Report& report);

 private:
  // Where a file stands in the slab that is being merged.
  struct Cursor {
    const SlabFrame* next = nullptr;
    const SlabFrame* end = nullptr;
    const uint8_t* bytes = nullptr;
    double passed_each = 1;  // packets of the plan that one of its frames stands for
  };

  void open_ahead();
  bool in_first_second(const PlannedFile& file) const noexcept;
  void look_whether_fed();
  bool activate_due(const std::stop_token& stop);
  bool activate_first_upcoming(const std::stop_token& stop);
  void emit(const std::stop_token& stop);
  void begin_slab(uint32_t slot);
  void leave_mark(int64_t key_ns);
  void end_slab(uint32_t slot, const std::stop_token& stop);
  // Next slab of a file whose current one is used up. False: the file is at its end, or a stop was
  // asked for.
  bool next_slab(ActiveFile& file, const std::stop_token& stop);
  void recycle();
  uint32_t free_slot();
  void settle_file(const ActiveFile& file);

  const Plan& plan_;
  const MergeOptions options_;
  io::FdCache& fds_;
  ReaderPool& readers_;
  Dispatcher& dispatcher_;

  uint64_t next_loop_ = 0;  // of the next file to open
  size_t next_file_ = 0;
  uint64_t loop_ = 0;  // being merged
  // All that live, and where each one stands; a slot is used again when its file is through.
  std::vector<std::unique_ptr<ActiveFile>> files_;
  std::vector<Cursor> cursors_;
  std::vector<uint32_t> free_slots_;
  std::deque<uint32_t> upcoming_;  // opened ahead, not in the heap yet
  MergeHeap heap_;
  std::deque<std::pair<ActiveFile*, int>> in_flight_;  // slabs merged to their end, in that order
  std::vector<uint32_t> retiring_;                     // at their end, slabs may still be in flight
  uint64_t recycled_ = 0;
  uint64_t in_flight_bytes_ = 0;
  bool fed_ = false;  // has been told
  uint64_t pushed_ = 0;
  double passed_ = 0;
  uint64_t marked_loop_ = 0;
  int64_t newest_key_ns_;  // of the packets pushed

  Accounts accounts_;
  std::vector<DamagedFile> damaged_;
  std::set<uint32_t> damaged_ordinals_;
};

}  // namespace gophercap::replay
