#include "replay/read/merger.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace gophercap::replay {
namespace {

constexpr Nanos kWaitForReaders = std::chrono::microseconds(500);
constexpr Nanos kWaitForSlabs = std::chrono::microseconds(200);
// Number of packets until the merge checks for other work.
constexpr size_t kRun = 256;

// Returns whether that packet is sent before the first one of the file, which is not open yet.
// Equal keys are ordered by path.
bool comes_before(const MergeHeap::Entry& packet, const PlannedFile& file) noexcept {
  const int64_t first = ns_of(file.first_key);
  return packet.key_ns < first || (packet.key_ns == first && packet.ordinal < file.ordinal);
}

}  // namespace

Merger::Merger(const Plan& plan, const MergeOptions& options, io::FdCache& fds, ReaderPool& readers,
               Dispatcher& dispatcher)
    : plan_(plan),
      options_(options),
      fds_(fds),
      readers_(readers),
      dispatcher_(dispatcher),
      next_loop_(options.first_loop),
      loop_(options.first_loop),
      recycled_(dispatcher.slabs_released()),
      pushed_(options.pushed),
      passed_(options.passed),
      marked_loop_(options.first_loop),
      newest_key_ns_(std::max(ns_of(plan.first), options.from_key_ns)) {}

// Readers write to slabs that this object owns, so they are stopped first.
Merger::~Merger() {
  readers_.stop();
}

void Merger::run(const std::stop_token& stop) {
  while (!stop.stop_requested() && !readers_.gave_up() && !dispatcher_.budget().reached()) {
    recycle();
    open_ahead();
    look_whether_fed();
    if (in_flight_bytes_ > options_.in_flight_bytes) {
      std::this_thread::sleep_for(kWaitForSlabs);
      continue;
    }
    if (!activate_due(stop)) break;
    readers_.set_files_in_play(heap_.size());
    if (dispatcher_.room() == 0) {
      // Nothing else is left to do, so readers need not be woken early.
      readers_.set_files_in_play(0);
      dispatcher_.wait_for_room(stop, [this] {
        recycle();
        look_whether_fed();
      });
      continue;
    }
    emit(stop);
  }
  if (!stop.stop_requested() && options_.gate != nullptr) options_.gate->set_fed();
}

// Of the files that must be read before the start, only as many count as fit into memory.
bool Merger::in_first_second(const PlannedFile& file) const noexcept {
  return options_.gate != nullptr && !fed_ && next_loop_ == 0 &&
         ns_of(file.first_key) <= options_.first_second_ends_ns &&
         heap_.size() + upcoming_.size() < plan_.overlap_depth + options_.prefetch_files;
}

void Merger::look_whether_fed() {
  if (options_.gate == nullptr || fed_) return;
  for (const uint32_t slot : upcoming_) {
    const ActiveFile& file = *files_[slot];
    const bool awaited =
        file.loop == 0 && ns_of(file.stream->file().first_key) <= options_.first_second_ends_ns;
    if (awaited && !readers_.has_begun(file)) return;
  }
  if (next_loop_ == 0 && in_first_second(plan_.files[next_file_])) return;
  fed_ = true;
  options_.gate->set_fed();
}

// Keeps the next few files open with their first slabs filled. All loops together are treated as
// one list of files.
void Merger::open_ahead() {
  while (options_.loops == 0 || next_loop_ < options_.loops) {
    const PlannedFile& planned = plan_.files[next_file_];
    // A file that has to be read up to the window first takes long, so it is opened early, but at
    // most a loop ahead.
    const bool early = planned.begins_outside && next_loop_ <= loop_ + 1;
    if (upcoming_.size() >= options_.prefetch_files && !early && !in_first_second(planned)) break;
    const bool passed_over = is_passed_over(planned);
    const int64_t from = next_loop_ == options_.first_loop ? options_.from_key_ns : INT64_MIN;
    const uint64_t loop = next_loop_;
    if (++next_file_ == plan_.files.size()) {
      next_file_ = 0;
      ++next_loop_;
    }
    if (passed_over) continue;
    const uint32_t slot = free_slot();
    files_[slot] = std::make_unique<ActiveFile>(
        std::make_unique<FileStream>(planned, options_.stream, fds_, loop, from));
    ActiveFile& file = *files_[slot];
    file.loop = loop;
    upcoming_.push_back(slot);
    readers_.request(file, 0, {file.loop, ns_of(planned.first_key)});
  }
}

uint32_t Merger::free_slot() {
  if (free_slots_.empty()) {
    files_.emplace_back();
    cursors_.emplace_back();
    return static_cast<uint32_t>(files_.size() - 1);
  }
  const uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  return slot;
}

// Adds every file to the heap whose first packet may be the next one to send. Returns false if
// nothing is left, or if a stop is requested.
bool Merger::activate_due(const std::stop_token& stop) {
  for (;;) {
    if (upcoming_.empty()) return !heap_.empty();
    const ActiveFile& next = *files_[upcoming_.front()];
    const PlannedFile& file = next.stream->file();
    const bool same_loop = !heap_.empty() && next.loop == loop_;
    if (!heap_.empty() && (!same_loop || (comes_before(heap_.top(), file) && !file.begins_outside)))
      return true;
    if (!activate_first_upcoming(stop)) return false;
    open_ahead();
  }
}

bool Merger::activate_first_upcoming(const std::stop_token& stop) {
  const uint32_t slot = upcoming_.front();
  ActiveFile& file = *files_[slot];
  // A whole loop had no packet to send, so no other loop will, and an endless replay would never
  // end.
  if (options_.loops == 0 && file.loop > 0 && !dispatcher_.last_loop()) return false;
  upcoming_.pop_front();
  loop_ = file.loop;
  if (!next_slab(file, stop)) {
    retiring_.push_back(slot);
    return !stop.stop_requested() && !readers_.gave_up();
  }
  begin_slab(slot);
  const Slab& slab = file.slabs[file.merging];
  readers_.request(file, 1, {file.loop, slab.frames().back().key_ns});
  heap_.push({slab.frames().front().key_ns, file.stream->file().ordinal, slot});
  return true;
}

// Emits as many packets as there is room for, while no file outside the heap may come first.
// REQUIRES: the heap is not empty, and there is room.
void Merger::emit(const std::stop_token& stop) {
  const bool more = !upcoming_.empty() && files_[upcoming_.front()]->loop == loop_;
  const PlannedFile* const next = more ? &files_[upcoming_.front()]->stream->file() : nullptr;
  const int64_t horizon = more ? ns_of(next->first_key) : INT64_MAX;
  const bool marks = options_.trail != nullptr && options_.trail->marks_pauses();
  int64_t newest = newest_key_ns_;
  if (std::exchange(marked_loop_, loop_) != loop_) {
    newest = heap_.top_key();
    leave_mark(newest);
  }
  bool first = true;  // activate_due() has checked it
  for (size_t room = std::min(dispatcher_.room(kRun), kRun); room > 0; --room, first = false) {
    const MergeHeap::Entry top = heap_.top();
    if (top.key_ns >= horizon && more && !first && !comes_before(top, *next)) break;
    // Interpolation across a long pause would be wrong, so there is a mark on either side of it.
    const bool jumps = marks && is_long_pause(newest, top.key_ns);
    if (jumps) [[unlikely]]
      leave_mark(newest);
    newest = top.key_ns;
    Cursor& cursor = cursors_[top.slot];
    const SlabFrame& frame = *cursor.next;
    // If thousands of files take turns, the next frame of this file is no longer in the cache then.
    __builtin_prefetch(cursor.next + 3);
    if (!dispatcher_.push(frame, cursor.bytes + frame.offset, loop_)) [[unlikely]]
      break;
    ++cursor.next;
    ++pushed_;
    passed_ += cursor.passed_each;
    if (jumps) [[unlikely]]
      leave_mark(newest);
    if (cursor.next != cursor.end) {
      heap_.replace_top(cursor.next->key_ns);
      continue;
    }
    dispatcher_.end_slab();
    leave_mark(newest);
    newest_key_ns_ = newest;
    dispatcher_.publish();  // before anything waits for slabs to be returned
    end_slab(top.slot, stop);
    break;  // the marker has taken a place too, so the room must be computed again
  }
  newest_key_ns_ = newest;
  leave_mark(newest);
  dispatcher_.publish();
}

// The file at the top of the heap has been merged to the end of its slab.
void Merger::end_slab(uint32_t slot, const std::stop_token& stop) {
  ActiveFile& file = *files_[slot];
  in_flight_.emplace_back(&file, file.merging);
  in_flight_bytes_ += file.slabs[file.merging].used_bytes();
  ++file.slabs_in_flight;
  if (next_slab(file, stop)) {
    begin_slab(slot);
    heap_.replace_top(file.slabs[file.merging].frames().front().key_ns);
  } else {
    heap_.pop();
    retiring_.push_back(slot);
  }
}

void Merger::begin_slab(uint32_t slot) {
  ActiveFile& file = *files_[slot];
  const std::vector<SlabFrame>& frames = file.slabs[file.merging].frames();
  cursors_[slot] = {frames.data(), frames.data() + frames.size(), file.slabs[file.merging].bytes(),
                    static_cast<double>(readers_.passed(file, file.merging)) /
                        static_cast<double>(frames.size())};
}

void Merger::leave_mark(int64_t key_ns) {
  if (options_.trail != nullptr)
    options_.trail->add({.pushed = pushed_, .passed = passed_, .key_ns = key_ns, .loop = loop_});
}

bool Merger::next_slab(ActiveFile& file, const std::stop_token& stop) {
  for (;;) {
    const int which = readers_.take(file);
    if (which >= 0) {
      file.merging = which;
      return true;
    }
    if (which == ReaderPool::kEnded)
      passed_ += static_cast<double>(readers_.passed(file, ReaderPool::kEnded));
    if (which == ReaderPool::kEnded || stop.stop_requested() || readers_.gave_up()) return false;
    // Both slabs may still be in use by senders, and the file waits for one of them, so check for
    // returned slabs too.
    recycle();
    readers_.wait_for(file, kWaitForReaders);
  }
}

void Merger::recycle() {
  const uint64_t released = dispatcher_.slabs_released();
  for (; recycled_ < released; ++recycled_) {
    const auto [file, which] = in_flight_.front();
    in_flight_.pop_front();
    --file->slabs_in_flight;
    in_flight_bytes_ -= file->slabs[which].used_bytes();
    readers_.request(*file, which, {file->loop, file->slabs[which].frames().back().key_ns});
  }
  std::erase_if(retiring_, [this](uint32_t slot) {
    ActiveFile& file = *files_[slot];
    if (file.slabs_in_flight > 0 || readers_.in_use(file)) return false;
    settle_file(file);
    files_[slot].reset();
    free_slots_.push_back(slot);
    return true;
  });
}

void Merger::settle_file(const ActiveFile& file) {
  accounts_ += file.stream->accounts();
  // The same fault occurs in each loop, but is reported once.
  if (file.stream->damage() && damaged_ordinals_.insert(file.stream->file().ordinal).second) {
    damaged_.push_back({file.stream->file().path, *file.stream->damage()});
  }
}

void Merger::settle(Report& report) {
  for (const auto& file : files_) {
    if (file != nullptr) settle_file(*file);
  }
  files_.clear();
  report.accounts += accounts_;
  // After a seek, a file may be read again.
  for (DamagedFile& file : damaged_) {
    const auto same = [&](const DamagedFile& known) { return known.path == file.path; };
    if (std::ranges::none_of(report.damaged, same)) report.damaged.push_back(std::move(file));
  }
  std::sort(report.damaged.begin(), report.damaged.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
}

}  // namespace gophercap::replay
