// Follows an interface's state while frames are being sent on it: a sender that asked the kernel
// before each call would pay more for that than for the call.
#pragma once

#include <atomic>
#include <memory>

#include "base/fd.h"
#include "base/result.h"
#include "base/thread_group.h"

namespace gophercap::transmit {

// Listens to the kernel's announcements (rtnetlink) on a thread of its own, which sleeps otherwise.
class LinkWatch {
 public:
  static Result<std::unique_ptr<LinkWatch>> start(unsigned index);
  ~LinkWatch() = default;
  LinkWatch(const LinkWatch&) = delete;
  LinkWatch& operator=(const LinkWatch&) = delete;

  // Up and with a carrier, as far as announced. May be read by anybody.
  const std::atomic<bool>& up() const noexcept { return up_; }

 private:
  LinkWatch(unsigned index, Fd announcements, Fd wake);
  void wake() noexcept;
  void run();
  void take_announcements();
  Result<> ask();
  void ask_until_told();

  const unsigned index_;
  const Fd announcements_;
  const Fd wake_;        // an eventfd that ends the thread
  bool unsure_ = false;  // announcements were lost, and asking was refused
  std::atomic<bool> up_{true};
  std::atomic<bool> begun_{false};  // the thread listens, or gave up
  ThreadGroup thread_{[this] { wake(); }};
};

}  // namespace gophercap::transmit
