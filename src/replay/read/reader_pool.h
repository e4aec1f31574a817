// The threads that read ahead: they fill slabs of the files that are needed next, soonest first.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <stop_token>
#include <tuple>
#include <vector>

#include "base/mutex.h"
#include "base/thread_group.h"
#include "replay/read/file_stream.h"

namespace gophercap::replay {

// A file being played: the stream and two slabs that take turns. While one is merged and sent the
// other is filled.
struct ActiveFile {
  enum class SlabState : uint8_t { kIdle, kRequested, kReady, kMerging };

  explicit ActiveFile(std::unique_ptr<FileStream> s) : stream(std::move(s)) {}
  std::unique_ptr<FileStream> stream;
  Slab slabs[2];
  // Under ReaderPool's lock:
  SlabState states[2] = {SlabState::kIdle, SlabState::kIdle};
  uint64_t passed[2] = {0, 0};  // packets inside the window that were read to fill the slab
  uint64_t passed_after = 0;    // behind the last slab with anything in it
  bool busy = false;            // a reader is in stream->fill()
  bool ended = false;           // the stream ended with the newest ready slab
  // The merging thread's own:
  int merging = -1;  // slab it takes frames from
  uint64_t loop = 0;
  unsigned slabs_in_flight = 0;  // merged, not all sent
};

// request() and take() by the merging thread only.
class ReaderPool {
 public:
  ReaderPool() = default;
  ~ReaderPool() = default;
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // Up to that many; fails where the system refuses every one.
  Result<> start(unsigned threads);

  // Asks for slab `which` of `file` to be filled. `need` orders requests: (loop, capture time from
  // which it is needed).
  struct Need {
    uint64_t loop = 0;
    int64_t key_ns = 0;
    auto operator<=>(const Need&) const = default;
  };
  void request(ActiveFile& file, int which, Need need);
  // Readers sleep until enough requests have come together, so that each wake-up is worth its
  // price: a sixteenth of the files in play may wait, as each of them has another slab. take() and
  // wait_for() make them go on at once.
  void set_files_in_play(size_t files) noexcept { files_in_play_ = files; }

  // The filled slab that comes next in the file, without waiting: its index; kNotReady if it is
  // still being filled; kEnded if the file has no more.
  static constexpr int kNotReady = -1;
  static constexpr int kEnded = -2;
  int take(ActiveFile& file);
  // Packets of the plan that slab `which` stands for; kEnded: those behind the last one, once.
  uint64_t passed(ActiveFile& file, int which);
  // Whether its first slab is there, or it is known to have none; sees to it that readers are at
  // work if not.
  bool has_begun(const ActiveFile& file);
  // Waits until a slab of `file` has become ready or its end is known, or for `limit`.
  void wait_for(const ActiveFile& file, Nanos limit);
  // Ends the threads; requests not begun are dropped. Afterwards streams and slabs belong to the
  // caller.
  void stop();
  // True while a reader works for `file`: it may not be destroyed yet.
  bool in_use(ActiveFile& file);

  // Whether the readers gave up: what was asked for never comes. May be called by anybody.
  bool gave_up() const noexcept {
    return gave_up_.load(std::memory_order_acquire) || threads_.failed();
  }
  // Why, after stop().
  Result<> result();

 private:
  struct Request {
    Need need;
    uint64_t sequence;  // equal needs in the order of asking
    ActiveFile* file;
    int which;
    bool operator<(const Request& other) const {
      return std::tie(need, sequence) >
             std::tie(other.need, other.sequence);  // priority_queue has the largest on top
    }
  };
  void close() noexcept;
  void run();
  // Waits for one that may be begun now. None: the pool is being stopped.
  std::optional<Request> next_request(std::vector<Request>& put_off);
  void filled(const Request& request, uint64_t passed);
  void give_up(Error error) noexcept;

  Mutex mutex_;
  CondVar work_;
  CondVar news_;
  std::priority_queue<Request> requests_ GUARDED_BY(mutex_);
  uint64_t sequence_ GUARDED_BY(mutex_) = 0;
  const ActiveFile* awaited_ GUARDED_BY(mutex_) = nullptr;
  size_t idle_ GUARDED_BY(mutex_) = 0;  // readers that sleep
  size_t files_in_play_ = 1;            // the merging thread's own
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::atomic<bool> gave_up_{false};
  std::optional<Error> failure_ GUARDED_BY(mutex_);
  std::stop_source halt_;  // a thread may be in the middle of a file none of which is wanted
  ThreadGroup threads_{[this] { close(); }};
};

}  // namespace gophercap::replay
