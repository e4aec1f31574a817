// The k-way merge: puts the packets of all files into one order and on the schedule.
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
  uint64_t loops = 1;  // 0: endless
  // Limit for merged slabs that are not sent yet, plus one slab. With short files, many slabs are
  // between merge and wire.
  uint64_t in_flight_bytes = uint64_t{32} << 20;
  size_t prefetch_files = 8;  // opened before they are needed
  // Notified when every file of the first loop whose first packet is not after that key has its
  // first slab, as far as memory allows. Null: not needed.
  StartGate* gate = nullptr;
  Trail* trail = nullptr;  // for progress; null: not needed
  int64_t first_second_ends_ns = INT64_MIN;
  // Where it begins after a seek: in this loop, with this key. What was pushed and passed before.
  uint64_t first_loop = 0;
  int64_t from_key_ns = INT64_MIN;
  uint64_t pushed = 0;
  double passed = 0;
};

// Packets are ordered by loop, key, path bytes (ordinal), position in the file. One thread calls
// run(); the results may be read afterwards.
//
// A file is opened shortly before its first packet is due and closed at its end, so the number of
// open files follows the overlap of the set, not its size. Slabs are returned by count: departures
// leave a lane in the order in which they entered, so the n-th slab that was completely merged is
// the n-th to be released, and a sending thread only has to publish a number.
class Merger {
 public:
  Merger(const Plan& plan, const MergeOptions& options, io::FdCache& fds, ReaderPool& readers,
         Dispatcher& dispatcher);
  ~Merger();  // stops the readers

  // Returns when everything was pushed or a stop was requested. The lanes stay open.
  void run(const std::stop_token& stop);

  uint64_t pushed() const noexcept { return pushed_; }

  // Call after run(), when no thread reads slabs any more: adds damage and counts of the files to
  // the report.
  void settle(Report& report);

 private:
  // The position in the slab that is being merged.
  struct Cursor {
    const SlabFrame* next = nullptr;
    const SlabFrame* end = nullptr;
    const uint8_t* bytes = nullptr;
    double passed_each = 1;  // number of packets of the plan per frame in the slab
  };

  void open_ahead();
  // True if a seek passes over the whole file that is opened next.
  bool is_passed_over(const PlannedFile& file) const noexcept {
    return next_loop_ == options_.first_loop && ns_of(file.last_key) < options_.from_key_ns;
  }
  bool in_first_second(const PlannedFile& file) const noexcept;
  void look_whether_fed();
  bool activate_due(const std::stop_token& stop);
  bool activate_first_upcoming(const std::stop_token& stop);
  void emit(const std::stop_token& stop);
  void begin_slab(uint32_t slot);
  void leave_mark(int64_t key_ns);
  void end_slab(uint32_t slot, const std::stop_token& stop);
  // Gets the next slab of a file whose current one is used up. Returns false at the end of the
  // file, or if a stop was requested.
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
  uint64_t loop_ = 0;  // the loop that is being merged
  // All active files and their positions. A slot is reused when its file is finished.
  std::vector<std::unique_ptr<ActiveFile>> files_;
  std::vector<Cursor> cursors_;
  std::vector<uint32_t> free_slots_;
  std::deque<uint32_t> upcoming_;  // opened ahead, but not in the heap yet
  MergeHeap heap_;
  std::deque<std::pair<ActiveFile*, int>> in_flight_;  // completely merged slabs, in that order
  std::vector<uint32_t> retiring_;                     // finished files whose slabs may not be
                                                       // released yet
  uint64_t recycled_ = 0;
  uint64_t in_flight_bytes_ = 0;
  bool fed_ = false;  // the gate has been notified
  uint64_t pushed_ = 0;
  double passed_ = 0;
  uint64_t marked_loop_ = 0;
  int64_t newest_key_ns_;  // of the packets pushed

  Accounts accounts_;
  std::vector<DamagedFile> damaged_;
  std::set<uint32_t> damaged_ordinals_;
};

}  // namespace gophercap::replay
