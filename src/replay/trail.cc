#include "replay/trail.h"

#include <algorithm>
#include <utility>

namespace gophercap::replay {

void Trail::add(const TrailPoint& point) {
  const MutexLock lock(mutex_);
  if (!ahead_.empty() && ahead_.back().pushed == point.pushed) ahead_.pop_back();
  if (ahead_.size() >= kMost) {
    std::deque<TrailPoint> half;
    for (size_t i = 1; i < ahead_.size(); i += 2) half.push_back(ahead_[i]);
    ahead_ = std::move(half);
  }
  ahead_.push_back(point);
}

TrailPoint Trail::at(uint64_t handled) {
  const MutexLock lock(mutex_);
  while (!ahead_.empty() && ahead_.front().pushed <= handled) {
    behind_ = ahead_.front();
    ahead_.pop_front();
  }
  if (ahead_.empty() || handled <= behind_.pushed) return behind_;
  const TrailPoint& next = ahead_.front();
  const double part = static_cast<double>(handled - behind_.pushed) /
                      static_cast<double>(next.pushed - behind_.pushed);
  TrailPoint here = behind_;
  here.pushed = handled;
  here.passed += part * (next.passed - behind_.passed);
  if (next.loop == behind_.loop && next.key_ns > behind_.key_ns) {
    const auto way = static_cast<double>(static_cast<uint64_t>(next.key_ns) -
                                         static_cast<uint64_t>(behind_.key_ns));
    here.key_ns += static_cast<int64_t>(std::min(part * way, 9e18));
  }
  return here;
}

}  // namespace gophercap::replay
