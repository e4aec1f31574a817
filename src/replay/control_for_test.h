// A replay that is controlled while it runs. Its clock advances only by waiting, so due times are
// exact.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "replay/control.h"
#include "replay/engine_for_test.h"

namespace gophercap::replay {

using namespace std::chrono_literals;

// Claims to be real. Runs a script while it waits: at each of these times, one action.
class ScriptedClock final : public Clock {
 public:
  SendTime now() noexcept override { return SendTime(Nanos(time_ns.load())); }
  bool wait_until(SendTime when, const std::stop_token& stop) noexcept override {
    while (!script.empty() && script.begin()->first <= when) {
      const auto next = script.extract(script.begin());
      time_ns = std::max(time_ns.load(), ns_of(next.key()));
      next.mapped()();
      if (interrupted(stop)) return false;
    }
    time_ns = std::max(time_ns.load(), ns_of(when));
    return !interrupted(stop);
  }
  bool is_real() const noexcept override { return true; }
  void advance(Nanos by) { time_ns += by.count(); }

  std::atomic<int64_t> time_ns{0};
  std::map<SendTime, std::function<void()>> script;
};

// Waits until `done`. In vain, it fails the test, and ends the replay so that the test ends too.
inline bool await(Control& control, const std::function<bool(const Control::Status&)>& done) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    const Control::Status now = control.status();
    if (done(now)) return true;
    if (now.over) break;
    std::this_thread::sleep_for(1ms);
  }
  ADD_FAILURE() << "the replay did not get there";
  (void)control.stop();
  return false;
}

inline bool has_sent(const Control::Status& now, uint64_t packets) {
  return now.progress && now.progress->packets_sent >= packets;
}

class ControlledEngine : public Engine {
 protected:
  // A packet every 100 ms.
  void SetUp() override {
    std::vector<int64_t> micros;
    for (int i = 0; i < 20; ++i) micros.push_back(i * 100'000);
    add_file("a.pcap", micros);
    out_.refuse = [this](const transmit::Frame& f, size_t index) {
      if (index == 0) first_ = clock_.now();
      left_.push_back((clock_.now() - first_) / 1ms);
      numbers_.push_back(f.data[18]);
      if (after_ && after_(index)) ++hooks_;
      return 0;
    };
  }
  Report play_it(EngineOptions options = {}) {
    options.send.control = &control_;
    Report report = play(plan(), options, out_, clock_, {}, control_.stop_token());
    EXPECT_TRUE(report.accounts.balanced());
    return report;
  }
  // Runs `action` that long after the first packet was due.
  void at(Nanos when, std::function<void()> action) {
    clock_.script.emplace(SendTime(1ms + when), std::move(action));
  }

  ScriptedClock clock_;
  Control control_{[this] { return clock_.now(); }};
  SendTime first_{};
  std::vector<int64_t> left_;      // ms after the first packet
  std::vector<uint32_t> numbers_;  // of the packets
  std::function<bool(size_t)> after_;
  int hooks_ = 0;
};

// The times at which 20 packets left: `from` + i * `step` for those from number `begin` on.
inline std::vector<int64_t> times(
    std::initializer_list<std::pair<int, std::pair<int64_t, int64_t>>> runs) {
  std::vector<int64_t> result;
  for (auto run = runs.begin(); run != runs.end(); ++run) {
    const int end = run + 1 == runs.end() ? 20 : (run + 1)->first;
    for (int i = run->first; i < end; ++i)
      result.push_back(run->second.first + (i - run->first) * run->second.second);
  }
  return result;
}

}  // namespace gophercap::replay
