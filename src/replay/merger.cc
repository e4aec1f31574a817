#include "replay/merger.h"

#include <algorithm>
#include <limits>
#include <thread>

namespace gophercap::replay {
namespace {

constexpr Nanos kWaitForReaders = std::chrono::microseconds(500);
// Longer each time, since each wake-up may take the CPU from the sending thread; but never as long
// as the three quarters of the ring that are still full last at the highest rate there is (6 ms at
// 2 Mpps).
constexpr Nanos kShortestWaitForRoom = std::chrono::microseconds(200);
constexpr Nanos kLongestWaitForRoom = std::chrono::milliseconds(3);

}  // namespace

Merger::Merger(const Plan& plan, const Timeline& timeline, const MergeOptions& options,
               io::FdCache& fds, ReaderPool& readers, DepartureRing& ring,
               const std::atomic<uint64_t>& released)
    : plan_(plan),
      options_(options),
      fds_(fds),
      readers_(readers),
      ring_(ring),
      released_(released),
      pacer_(timeline, options.pace) {}

Merger::~Merger() = default;

void Merger::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    recycle();
    open_ahead();
    if (in_flight_bytes_ > options_.in_flight_bytes) {
      std::this_thread::sleep_for(kShortestWaitForRoom);
      continue;
    }
    if (!activate_due(stop)) break;
    if (ring_.free_slots() == 0) {
      wait_for_room(stop);
      continue;
    }
    emit_from_top();
    ActiveFile& file = *heap_.front().file;
    if (file.next_frame == file.slabs[file.merging].frames().size() && !next_slab(file, stop)) {
      if (stop.stop_requested()) break;
      heap_.front() = heap_.back();
      heap_.pop_back();
      retire(file);
    } else {
      heap_.front().key_ns = file.slabs[file.merging].frames()[file.next_frame].key_ns;
    }
    sift_down(0);
  }
  ring_.close();
}

// Keeps the next few files open and their first slabs filled. All loops are one endless list of
// files.
void Merger::open_ahead() {
  while (options_.loops == 0 || next_loop_ < options_.loops) {
    const PlannedFile& planned = plan_.files[next_file_];
    // One that has to be read up to the window first takes long: these come early, but no more than
    // a loop ahead.
    const bool early = planned.begins_outside && next_loop_ <= loop_ + 1;
    if (upcoming_.size() >= options_.prefetch_files && !early) break;
    auto stream = std::make_unique<FileStream>(planned, options_.stream, fds_);
    ActiveFile& file = *files_.emplace_back(std::make_unique<ActiveFile>(std::move(stream)));
    file.loop = next_loop_;
    upcoming_.push_back(&file);
    readers_.request(file, 0, {file.loop, ns_of(planned.first_key)});
    if (++next_file_ == plan_.files.size()) {
      next_file_ = 0;
      ++next_loop_;
    }
  }
}

// Brings every file into the heap whose first packet may be the next to leave. False: nothing is
// left, or a stop.
bool Merger::activate_due(const std::stop_token& stop) {
  for (;;) {
    if (upcoming_.empty()) return !heap_.empty();
    const ActiveFile& next = *upcoming_.front();
    const PlannedFile& file = next.stream->file();
    const bool same_loop = !heap_.empty() && next.loop == loop_;
    if (!heap_.empty() &&
        (!same_loop || (ns_of(file.first_key) > heap_.front().key_ns && !file.begins_outside))) {
      return true;
    }
    if (!activate_first_upcoming(stop)) return false;
    open_ahead();
  }
}

bool Merger::activate_first_upcoming(const std::stop_token& stop) {
  ActiveFile& file = *upcoming_.front();
  // A whole loop without a packet to send: no other will have one, and endless ones would not end.
  if (options_.loops == 0 && file.loop > 0 && !last_pushed_loop_) return false;
  upcoming_.pop_front();
  loop_ = file.loop;
  if (!next_slab(file, stop)) {
    retire(file);
    return !stop.stop_requested();
  }
  readers_.request(file, 1, {file.loop, file.slabs[0].frames().back().key_ns});
  heap_.push_back({file.slabs[0].frames().front().key_ns, file.stream->file().ordinal, &file});
  sift_up(heap_.size() - 1);
  return true;
}

void Merger::push(ActiveFile& file, const Slab& slab, bool last_of_slab) {
  const SlabFrame& frame = slab.frames()[file.next_frame];
  ring_.push({.data = slab.bytes() + frame.offset,
              .due_ns = pacer_.due(capture_time(frame.key_ns), loop_, frame.captured_bytes).count(),
              .captured_bytes = frame.captured_bytes,
              .original_bytes = frame.original_bytes,
              .link_type = frame.link_type,
              .last_of_slab = last_of_slab,
              .first_of_loop = last_pushed_loop_ != loop_});
  last_pushed_loop_ = loop_;
  ++file.next_frame;
}

// As many frames of the file in front as come before everybody else's, up to the end of its slab or
// the ring's room. REQUIRES: the file has a frame, the ring a slot.
void Merger::emit_from_top() {
  ActiveFile& file = *heap_.front().file;
  const int which = file.merging;
  const Slab& slab = file.slabs[which];
  const size_t frames = slab.frames().size();
  Head limit{std::numeric_limits<int64_t>::max(), std::numeric_limits<uint32_t>::max(), nullptr};
  for (size_t child = 1; child < std::min<size_t>(heap_.size(), 3); ++child) {
    if (heap_[child].before(limit)) limit = heap_[child];
  }
  if (!upcoming_.empty() && upcoming_.front()->loop == loop_) {
    // Whoever is not open yet comes first among equals until it has been asked.
    const Head next{ns_of(upcoming_.front()->stream->file().first_key), 0, nullptr};
    if (next.before(limit)) limit = next;
  }
  const uint32_t ordinal = heap_.front().ordinal;
  size_t room = std::min(ring_.free_slots(64), frames - file.next_frame);
  do {
    push(file, slab, file.next_frame + 1 == frames);
  } while (--room > 0 &&
           Head{slab.frames()[file.next_frame].key_ns, ordinal, nullptr}.before(limit));
  if (file.next_frame == frames) {
    in_flight_.emplace_back(&file, which);
    in_flight_bytes_ += slab.used_bytes();
    ++file.slabs_in_flight;
  }
  newest_key_ns_.store(slab.frames()[file.next_frame - 1].key_ns, std::memory_order_relaxed);
  ring_.publish();
}

bool Merger::next_slab(ActiveFile& file, const std::stop_token& stop) {
  for (;;) {
    const int which = readers_.take(file);
    if (which >= 0) {
      file.merging = which;
      file.next_frame = 0;
      return true;
    }
    if (which == ReaderPool::kEnded || stop.stop_requested()) return false;
    // Both slabs may be on their way out: their coming back is what the file waits for, so look for
    // that too.
    recycle();
    readers_.wait_for_news(kWaitForReaders);
  }
}

void Merger::wait_for_room(const std::stop_token& stop) {
  const size_t enough = ring_.capacity() / 4;
  Nanos wait = kShortestWaitForRoom;
  while (ring_.free_slots(enough) < enough && !stop.stop_requested()) {
    recycle();
    std::this_thread::sleep_for(wait);
    wait = std::min(2 * wait, kLongestWaitForRoom);
  }
}

void Merger::recycle() {
  const uint64_t released = released_.load(std::memory_order_acquire);
  for (; recycled_ < released; ++recycled_) {
    const auto [file, which] = in_flight_.front();
    in_flight_.pop_front();
    --file->slabs_in_flight;
    in_flight_bytes_ -= file->slabs[which].used_bytes();
    readers_.request(*file, which, {file->loop, file->slabs[which].frames().back().key_ns});
  }
  if (retiring_.empty()) return;
  std::erase_if(retiring_, [this](ActiveFile* file) {
    if (file->slabs_in_flight > 0 || readers_.in_use(*file)) return false;
    settle_file(*file);
    std::erase_if(files_, [&](const auto& owned) { return owned.get() == file; });
    return true;
  });
}

void Merger::retire(ActiveFile& file) {
  retiring_.push_back(&file);
}

void Merger::settle_file(const ActiveFile& file) {
  accounts_ += file.stream->accounts();
  // The same fault comes again in each loop; once is enough.
  if (file.stream->damage() && damaged_ordinals_.insert(file.stream->file().ordinal).second) {
    damaged_.push_back({file.stream->file().path, *file.stream->damage()});
  }
}

void Merger::settle(Report& report) {
  for (const auto& file : files_) settle_file(*file);
  files_.clear();
  report.accounts += accounts_;
  report.gaps_shortened = pacer_.gaps_shortened();
  report.time_removed = pacer_.time_removed();
  std::sort(damaged_.begin(), damaged_.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  report.damaged = std::move(damaged_);
}

void Merger::sift_down(size_t index) noexcept {
  const size_t size = heap_.size();
  if (index >= size) return;
  const Head moving = heap_[index];
  for (size_t child = 2 * index + 1; child < size; child = 2 * index + 1) {
    if (child + 1 < size && heap_[child + 1].before(heap_[child])) ++child;
    if (!heap_[child].before(moving)) break;
    heap_[index] = heap_[child];
    index = child;
  }
  heap_[index] = moving;
}

void Merger::sift_up(size_t index) noexcept {
  const Head moving = heap_[index];
  while (index > 0 && moving.before(heap_[(index - 1) / 2])) {
    heap_[index] = heap_[(index - 1) / 2];
    index = (index - 1) / 2;
  }
  heap_[index] = moving;
}

}  // namespace gophercap::replay
