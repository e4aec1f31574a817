// The threads that read ahead. They fill slabs of the files that are needed next, soonest first.
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

// A file that is being played: its stream and two slabs. While one slab is merged and sent, the
// other is filled.
struct ActiveFile {
  enum class SlabState : uint8_t { kIdle, kRequested, kReady, kMerging };

  explicit ActiveFile(std::unique_ptr<FileStream> s) : stream(std::move(s)) {}
  std::unique_ptr<FileStream> stream;
  Slab slabs[2];
  // Guarded by the lock of ReaderPool:
  SlabState states[2] = {SlabState::kIdle, SlabState::kIdle};
  uint64_t passed[2] = {0, 0};  // packets inside the window that were read to fill the slab
  uint64_t passed_after = 0;    // after the last slab with contents
  bool busy = false;            // a reader is in stream->fill()
  bool ended = false;           // the stream ended with the newest ready slab
  // Used only by the merging thread:
  int merging = -1;  // slab it takes frames from
  uint64_t loop = 0;
  unsigned slabs_in_flight = 0;  // merged, but not completely sent
};

// Only the merging thread may call request() and take().
class ReaderPool {
 public:
  ReaderPool() = default;
  ~ReaderPool() = default;
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  // Starts up to `threads` threads; fails if the system refuses all of them.
  Result<> start(unsigned threads);

  // Requests slab `which` of `file` to be filled. `need` orders requests: (loop, capture time from
  // which the slab is needed).
  struct Need {
    uint64_t loop = 0;
    int64_t key_ns = 0;
    auto operator<=>(const Need&) const = default;
  };
  void request(ActiveFile& file, int which, Need need);
  // Readers sleep until several requests have accumulated, so that a wake-up is worth its cost. A
  // sixteenth of the active files may wait, since each has another slab. take() and wait_for() wake
  // the readers at once.
  void set_files_in_play(size_t files) noexcept { files_in_play_ = files; }

  // Returns the index of the file's next slab if it is filled, without waiting; kNotReady if it is
  // still being filled; kEnded if the file has no more.
  static constexpr int kNotReady = -1;
  static constexpr int kEnded = -2;
  int take(ActiveFile& file);
  // Returns the number of packets of the plan that slab `which` covers; with kEnded, those after
  // the last slab, once.
  uint64_t passed(ActiveFile& file, int which);
  // Returns whether the first slab is ready, or there is none. If not, makes sure that readers are
  // working.
  bool has_begun(const ActiveFile& file);
  // Waits until a slab of `file` is ready or its end is known, for at most `limit`.
  void wait_for(const ActiveFile& file, Nanos limit);
  // Ends the threads and drops requests that were not begun. Afterwards streams and slabs belong to
  // the caller.
  void stop();
  // True while a reader works on `file`, which must not be destroyed then.
  bool in_use(ActiveFile& file);

  // True if the readers have failed, so that requests are no longer answered. Any thread may call
  // it.
  bool gave_up() const noexcept {
    return gave_up_.load(std::memory_order_acquire) || threads_.failed();
  }
  // The reason, after stop().
  Result<> result();

 private:
  struct Request {
    Need need;
    uint64_t sequence;  // equal needs are ordered by request
    ActiveFile* file;
    int which;
    bool operator<(const Request& other) const {
      return std::tie(need, sequence) >
             std::tie(other.need, other.sequence);  // priority_queue puts the largest on top
    }
  };
  void close() noexcept;
  void run();
  // Waits for a request that can be begun now. Returns nothing if the pool is being stopped.
  std::optional<Request> next_request(std::vector<Request>& put_off);
  void filled(const Request& request, uint64_t passed);
  void give_up(Error error) noexcept;

  Mutex mutex_;
  CondVar work_;
  CondVar news_;
  std::priority_queue<Request> requests_ GUARDED_BY(mutex_);
  uint64_t sequence_ GUARDED_BY(mutex_) = 0;
  const ActiveFile* awaited_ GUARDED_BY(mutex_) = nullptr;
  size_t idle_ GUARDED_BY(mutex_) = 0;  // sleeping readers
  size_t files_in_play_ = 1;            // used only by the merging thread
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::atomic<bool> gave_up_{false};
  std::optional<Error> failure_ GUARDED_BY(mutex_);
  std::stop_source halt_;  // stops a thread inside a file of which nothing is wanted
  ThreadGroup threads_{[this] { close(); }};
};

}  // namespace gophercap::replay
