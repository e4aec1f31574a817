// Follows the state of an interface while frames are sent on it. Asking the kernel before each send
// call would cost more than the call itself.
#pragma once

#include <atomic>
#include <memory>

#include "base/fd.h"
#include "base/result.h"
#include "base/thread_group.h"

namespace gophercap::transmit {

// Listens to rtnetlink announcements in its own thread, which sleeps otherwise.
class LinkWatch {
 public:
  static Result<std::unique_ptr<LinkWatch>> start(unsigned index);
  ~LinkWatch() = default;
  LinkWatch(const LinkWatch&) = delete;
  LinkWatch& operator=(const LinkWatch&) = delete;

  // True while the interface is up and has a carrier, as announced by the kernel. Any thread may
  // read it.
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
  bool unsure_ = false;  // announcements were lost, and querying the state failed
  std::atomic<bool> up_{true};
  std::atomic<bool> begun_{false};  // the thread is listening or has given up
  ThreadGroup thread_{[this] { wake(); }};
};

}  // namespace gophercap::transmit
