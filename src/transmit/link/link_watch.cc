#include "transmit/link/link_watch.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>

#include "confine/confine.h"
#include "transmit/link/link_message.h"

namespace gophercap::transmit {
namespace {

constexpr int kAskAgainMs = 100;

}  // namespace

Result<std::unique_ptr<LinkWatch>> LinkWatch::start(unsigned index) {
  Fd announcements(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!announcements.valid()) return errno_error(errno, "rtnetlink");
  sockaddr_storage address{};
  sockaddr_nl netlink{};
  netlink.nl_family = AF_NETLINK;
  netlink.nl_groups = RTMGRP_LINK;
  std::memcpy(&address, &netlink, sizeof netlink);
  if (::bind(announcements.value(),
             static_cast<const sockaddr*>(static_cast<const void*>(&address)),
             sizeof netlink) != 0) {
    return errno_error(errno, "rtnetlink");
  }
  Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.valid()) return errno_error(errno, "eventfd");
  std::unique_ptr<LinkWatch> watch(new LinkWatch(index, std::move(announcements), std::move(wake)));
  TRY_VOID(watch->ask());  // changes from before the socket listened
  if (const Result<> started = watch->thread_.start([w = watch.get()] { w->run(); }); !started)
    return started.error().with_context("state of the link");
  watch->begun_.wait(false);  // same as in SignalGuard
  TRY_VOID(watch->thread_.result());
  return watch;
}

LinkWatch::LinkWatch(unsigned index, Fd announcements, Fd wake)
    : index_(index), announcements_(std::move(announcements)), wake_(std::move(wake)) {}

void LinkWatch::wake() noexcept {
  begun_.store(true);
  begun_.notify_all();
  const uint64_t one = 1;
  (void)!::write(wake_.value(), &one, sizeof one);
}

void LinkWatch::run() {
  confine::confine_helper(confine::Calls::kLink);
  begun_.store(true);
  begun_.notify_all();
  std::array<pollfd, 2> waiting = {
      {{announcements_.value(), POLLIN, 0}, {wake_.value(), POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(waiting.data(), waiting.size(), unsure_ ? kAskAgainMs : -1);
    if (ready < 0) continue;  // EINTR
    if (waiting[1].revents != 0) return;
    if (waiting[0].revents != 0) take_announcements();
    if (ready == 0) ask_until_told();
  }
}

void LinkWatch::take_announcements() {
  std::array<uint8_t, 32768> buffer;
  bool some_lost = false;
  for (;;) {
    const ssize_t got = ::recv(announcements_.value(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) {
      some_lost = true;  // the newest were lost; older ones are still queued
      continue;
    }
    if (got < 0) {
      if (some_lost || errno != EAGAIN) ask_until_told();
      return;
    }
    std::span<const uint8_t> rest(buffer.data(), static_cast<size_t>(got));
    while (rest.size() >= sizeof(nlmsghdr)) {
      nlmsghdr header;
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) break;
      const Result<LinkMessage> link = parse_link_message(rest.first(header.nlmsg_len));
      if (link && !link->of_bridge && link->facts.index == index_)
        up_.store(!link->removed && link->facts.up && link->facts.carrier,
                  std::memory_order_relaxed);
      rest = rest.subspan(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), rest.size()));
    }
  }
}

Result<> LinkWatch::ask() {
  const Result<LinkMessage> link = query_link(index_);
  // kNotFound means that the interface is gone. Any other error says nothing about the link.
  if (!link && link.error().code != Errc::kNotFound) return link.error();
  up_.store(link && link->facts.up && link->facts.carrier, std::memory_order_relaxed);
  return {};
}

void LinkWatch::ask_until_told() {
  unsure_ = !ask().has_value();
}

}  // namespace gophercap::transmit
