#include "io/memory/memory_bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace gophercap::io {
namespace {

constexpr uint64_t kMebi = uint64_t{1} << 20;
constexpr uint64_t kGibi = uint64_t{1} << 30;

thread_local bool nothing_taken = false;
thread_local uint64_t last_refused = 0;

}  // namespace

std::string binary_size(uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  size_t unit = 0;
  auto value = static_cast<double>(bytes);
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  const bool whole = value == static_cast<double>(static_cast<uint64_t>(value)) || value >= 100;
  return fmt::format("{:.{}f} {}", value, whole ? 0 : 1, kUnits[unit]);
}

std::string memory_flag(uint64_t bytes) {
  constexpr uint64_t kMost = uint64_t{1} << 60;
  const uint64_t wanted = std::min(bytes, kMost) + std::min(bytes, kMost) / 8;
  if (wanted >= kGibi) return fmt::format("{}G", (wanted + kGibi - 1) / kGibi);
  return fmt::format("{}M", (wanted + 64 * kMebi - 1) / (64 * kMebi) * 64);
}

NothingTaken::NothingTaken() noexcept : before_(std::exchange(nothing_taken, true)) {}
NothingTaken::~NothingTaken() {
  nothing_taken = before_;
}

MemoryBound& MemoryBound::of_process() noexcept {
  static MemoryBound bound;
  return bound;
}

void MemoryBound::set(uint64_t bytes, bool asked) noexcept {
  const MutexLock lock(mutex_);
  bytes_.store(bytes, std::memory_order_relaxed);
  asked_.store(asked, std::memory_order_relaxed);
  aside_ = 0;
  largest_ = 0;
}

void MemoryBound::set_aside(uint64_t bytes) noexcept {
  const MutexLock lock(mutex_);
  aside_ = bytes;
}

uint64_t MemoryBound::room_locked() const noexcept {
  const uint64_t all = bytes();
  return std::max(kLeast, all - std::min(all, aside_));
}

uint64_t MemoryBound::left() const noexcept {
  const uint64_t room = room_locked();
  return room - std::min(used_, room);
}

uint64_t MemoryBound::room() const noexcept {
  const MutexLock lock(mutex_);
  return room_locked();
}

uint64_t MemoryBound::used() const noexcept {
  const MutexLock lock(mutex_);
  return used_;
}

uint64_t MemoryBound::largest() const noexcept {
  const MutexLock lock(mutex_);
  return largest_;
}

uint64_t MemoryBound::entries() const noexcept {
  const MutexLock lock(mutex_);
  return entries_;
}

Result<> MemoryBound::check_window(uint64_t window_bytes, std::string_view format) const {
  if (window_bytes <= kLargestWindowUnasked || asked_.load(std::memory_order_relaxed)) return {};
  return Error{Errc::kMemoryBound, 0,
               fmt::format("{} data needs a window of {}: more than {} is only given if --memory "
                           "says so (--memory {})",
                           format, binary_size(window_bytes), binary_size(kLargestWindowUnasked),
                           memory_flag(window_bytes))};
}

Result<> MemoryBound::take(uint64_t more, uint64_t whole, std::string_view format) {
  const MutexLock lock(mutex_);
  largest_ = std::max(largest_, whole);
  const uint64_t room = room_locked();
  if (whole > room) {
    return Error{
        Errc::kMemoryBound, 0,
        fmt::format("{} data needs {} to be decompressed: there is a bound of {} "
                    "(--memory {})",
                    format, binary_size(whole), binary_size(bytes()), memory_flag(whole + aside_))};
  }
  while (more > left()) {
    if (!nothing_taken && take_from_paused()) continue;
    last_refused = more;
    return Error{Errc::kMemoryBound, 0,
                 fmt::format("{} data needs {} to be decompressed: of a bound of {} there is too "
                             "little left beside other files (--memory {})",
                             format, binary_size(whole), binary_size(bytes()),
                             memory_flag(std::max(whole + used_ + aside_, bytes()))),
                 Cause::kMemoryInUse};
  }
  used_ += more;
  return {};
}

// Returns false if there is nothing to take.
bool MemoryBound::take_from_paused() {
  std::unique_ptr<ByteSource> given_up;
  while (given_up == nullptr) {
    if (paused_.empty()) return false;
    Pausable& last = *paused_.back();
    paused_.pop_back();
    last.listed_ = false;
    given_up = last.give_up();
  }
  mutex_.unlock();
  given_up.reset();  // releases its share
  mutex_.lock();
  return true;
}

bool MemoryBound::take_spare(uint64_t more) noexcept {
  const MutexLock lock(mutex_);
  if (more > left()) return false;
  used_ += more;
  return true;
}

void MemoryBound::give_back(uint64_t bytes) noexcept {
  {
    const MutexLock lock(mutex_);
    used_ -= bytes;
    ++returns_;
  }
  changed_.notify_all();
}

void MemoryBound::enter() noexcept {
  const MutexLock lock(mutex_);
  ++active_;
  ++entries_;
}

void MemoryBound::leave() noexcept {
  {
    const MutexLock lock(mutex_);
    --active_;
    ++returns_;
  }
  changed_.notify_all();
}

void MemoryBound::pause(Pausable& active) {
  {
    const MutexLock lock(mutex_);
    active.place_ = paused_.insert(paused_.end(), &active);
    active.listed_ = true;
    --active_;
    ++returns_;
  }
  changed_.notify_all();
}

void MemoryBound::resume(Pausable& paused) noexcept {
  const MutexLock lock(mutex_);
  if (std::exchange(paused.listed_, false)) paused_.erase(paused.place_);
  ++active_;
  ++entries_;
}

bool MemoryBound::wait_for_room(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kLookForStop(50);
  const MutexLock lock(mutex_);
  const uint64_t returns = returns_;
  while (active_ > 0 && (returns_ == returns || last_refused > left()) && !stop.stop_requested())
    changed_.wait_for(mutex_, kLookForStop);
  ++entries_;
  return active_++ > 0;
}

Result<> MemoryShare::grow(uint64_t bytes, std::string_view format) {
  if (bytes <= bytes_) return {};
  TRY_VOID(MemoryBound::of_process().take(bytes - bytes_, bytes, format));
  bytes_ = bytes;
  return {};
}

bool MemoryShare::grow_if_spare(uint64_t bytes) noexcept {
  if (bytes > bytes_ && !MemoryBound::of_process().take_spare(bytes - bytes_)) return false;
  bytes_ = std::max(bytes, bytes_);
  return true;
}

uint64_t MemoryShare::grow_once(uint64_t wanted) noexcept {
  if (!std::exchange(asked_, true))
    static_cast<void>(grow_if_spare(std::min(wanted, MemoryBound::of_process().room() / 4)));
  return bytes_;
}

void MemoryShare::release() noexcept {
  if (bytes_ > 0) MemoryBound::of_process().give_back(std::exchange(bytes_, 0));
}

}  // namespace gophercap::io
