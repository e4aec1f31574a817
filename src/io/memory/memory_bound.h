// One bound for what decompressing takes: windows, dictionaries, blocks.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "io/byte_source.h"

namespace gophercap::io {

// Has memory that it can do without until it is read on.
class Pausable {
 public:
  virtual ~Pausable() = default;
  // What holds the memory; null: it has none. Called by any thread, while this is paused.
  virtual std::unique_ptr<ByteSource> give_up() noexcept = 0;

 private:
  friend class MemoryBound;
  // Under its lock:
  std::list<Pausable*>::iterator place_{};
  bool listed_ = false;
};

// Of the process, as memory is: readers of all files of a job share it. Thread-safe. Asked when a
// decoder is made or its window becomes known, never for a block.
//
// Where there is no room, readers that are paused lose their decoders, the one that was paused last
// first: files are read in turns, so its turn comes last. Where that does not do, the request fails
// with what is_shortage() knows; a PausableSource then gives its own back and waits for others that
// are being read. It never waits while it holds any, so that the ones that hold some can go on.
class MemoryBound {
 public:
  // Decoders get as much whatever was asked for: gzip, lz4, bzip2 and the default levels of zstd
  // and xz need no more.
  static constexpr uint64_t kLeast = uint64_t{16} << 20;
  // As zstd and xz have it: more has to be asked for by the user.
  static constexpr uint64_t kLargestWindowUnasked = uint64_t{128} << 20;
  // Before a decoder: its block of input, and one of output.
  static constexpr uint64_t kBuffers = uint64_t{272} << 10;

  static MemoryBound& of_process() noexcept;

  // `asked`: the user gave the number. Nothing is set aside any more.
  void set(uint64_t bytes, bool asked) noexcept;
  // As much of it is for other things than decoders.
  void set_aside(uint64_t bytes) noexcept;

  uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  uint64_t used() const noexcept;
  uint64_t room() const noexcept;  // for decoders, all in all
  // The most that one decoder has asked for since set().
  uint64_t largest() const noexcept;

  // Before anything of such a window is allocated.
  Result<> check_window(uint64_t window_bytes, std::string_view format) const;

  // For MemoryShare.
  Result<> take(uint64_t more, uint64_t whole, std::string_view format);
  bool take_spare(uint64_t more) noexcept;  // without taking from the paused
  void give_back(uint64_t bytes) noexcept;

  // For PausableSource: one that is being read is active.
  void enter() noexcept;
  void leave() noexcept;
  void pause(Pausable& active);
  void resume(Pausable& paused) noexcept;
  // Waits until others have given back enough for what was refused to this thread last, or none is
  // active, or for a stop; enters. False: none else is active. REQUIRES: the caller is not active.
  bool wait_for_room(const std::stop_token& stop);
  // Changes whenever somebody becomes active.
  uint64_t entries() const noexcept;
  // Held by who tries again after a shortage, so that two do not take it from each other.
  Mutex& turn() noexcept { return turn_; }

 private:
  uint64_t room_locked() const noexcept REQUIRES_LOCK(mutex_);
  uint64_t left() const noexcept REQUIRES_LOCK(mutex_);
  bool take_from_paused() REQUIRES_LOCK(mutex_);

  std::atomic<uint64_t> bytes_{uint64_t{256} << 20};
  std::atomic<bool> asked_{false};
  Mutex turn_;
  mutable Mutex mutex_;
  CondVar changed_;
  uint64_t aside_ GUARDED_BY(mutex_) = 0;
  uint64_t used_ GUARDED_BY(mutex_) = 0;
  uint64_t largest_ GUARDED_BY(mutex_) = 0;
  uint64_t active_ GUARDED_BY(mutex_) = 0;
  uint64_t entries_ GUARDED_BY(mutex_) = 0;
  uint64_t returns_ GUARDED_BY(mutex_) = 0;
  std::list<Pausable*> paused_ GUARDED_BY(mutex_);  // the last one was paused last
};

// A part of the bound; given back at the end. Not thread-safe.
class MemoryShare {
 public:
  MemoryShare() = default;
  ~MemoryShare() { release(); }
  MemoryShare(const MemoryShare&) = delete;
  MemoryShare& operator=(const MemoryShare&) = delete;

  // Makes it `bytes` at least. Errors: kMemoryBound, is_shortage() or for good.
  Result<> grow(uint64_t bytes, std::string_view format);
  // The same if there is room that nobody has to give up for it.
  bool grow_if_spare(uint64_t bytes) noexcept;
  // For what only makes things faster: `wanted`, or a quarter of all room if that is less; nothing
  // if it is not spare when this is called first. Returns bytes().
  uint64_t grow_once(uint64_t wanted) noexcept;
  void release() noexcept;
  uint64_t bytes() const noexcept { return bytes_; }

 private:
  uint64_t bytes_ = 0;
  bool asked_ = false;
};

// Whether there may be room once others have given theirs back.
bool is_shortage(const Error& error) noexcept;

// As long as it lives, requests of this thread take nothing from paused readers: a helper may be at
// work for one of them.
class NothingTaken {
 public:
  NothingTaken() noexcept;
  ~NothingTaken();
  NothingTaken(const NothingTaken&) = delete;
  NothingTaken& operator=(const NothingTaken&) = delete;

 private:
  const bool before_;
};

// "2 GiB", "1.5 MiB".
std::string binary_size(uint64_t bytes);
// A round value for --memory of at least `bytes` and some: "3G", "192M".
std::string memory_flag(uint64_t bytes);

// A quarter of what is free, at least 256 MiB. `root`: for tests; where /proc and /sys are.
uint64_t default_memory_bytes(const std::string& root = "");

}  // namespace gophercap::io
