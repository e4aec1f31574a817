#include "transmit/link/two_ways.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace gophercap::transmit {
namespace {

constexpr const char* kHeader = "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n";
constexpr const char* kListener =
    "00000000d3f1c2a8 3      3    0003   7     1 0      0      4123\n";

// Records what it is asked to do in a log shared by both ways.
class Noting final : public Transmitter {
 public:
  Noting(std::string name, std::vector<std::string>& log) : name_(std::move(name)), log_(log) {}
  SendOutcome send(std::span<const Frame> frames) noexcept override {
    log_.push_back(name_ + " sends");
    return {frames.size(), 0};
  }
  Result<> finish() override {
    log_.push_back(name_ + " finishes");
    return {};
  }
  size_t preferred_batch() const noexcept override { return 64; }
  FrameLimits limits() const noexcept override { return {}; }
  Unconfirmed unconfirmed() const noexcept override {
    return name_ == "unheard" ? Unconfirmed{2, 200} : Unconfirmed{3, 33};
  }
  std::string describe() const override { return name_; }

 private:
  std::string name_;
  std::vector<std::string>& log_;
};

class TwoWaysTest : public testing::Test {
 protected:
  void list(const std::string& text) { std::ofstream(path_) << text; }
  // Lanes of one interface.
  std::unique_ptr<TwoWays> lane() {
    return std::make_unique<TwoWays>(std::make_unique<Noting>("unheard", log_),
                                     std::make_unique<Noting>("audible", log_), Listeners(7, path_),
                                     heard_);
  }

  const std::string path_ = testing::TempDir() + "packet_list_" + std::to_string(::getpid());
  std::vector<std::string> log_;
  std::shared_ptr<Heard> heard_ = std::make_shared<Heard>(false);
  const Frame frame_{};
};

TEST_F(TwoWaysTest, WhoListensBeforeTheFirstFrameIsFound) {
  list(std::string(kHeader) + kListener);
  const auto way = lane();
  way->send({&frame_, 1});
  EXPECT_EQ(log_, (std::vector<std::string>{"unheard finishes", "audible sends"}));
  EXPECT_EQ(way->describe(), "audible");
  EXPECT_TRUE(heard_->load());
}

TEST_F(TwoWaysTest, WhoComesLaterIsFoundSoonAndByAllLanes) {
  list(kHeader);
  const auto way = lane();
  const auto other = lane();
  way->send({&frame_, 1});
  other->send({&frame_, 1});
  EXPECT_EQ(log_, (std::vector<std::string>{"unheard sends", "unheard sends"}));
  log_.clear();
  list(std::string(kHeader) + kListener);
  const SendTime begun = SendClock::now();
  while (!heard_->load() && SendClock::now() - begun < std::chrono::seconds(20)) {
    way->send({&frame_, 1});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_TRUE(heard_->load());
  EXPECT_EQ(way->describe(), "audible");
  other->send({&frame_, 1});
  EXPECT_EQ(other->describe(), "audible");
  // The switch is permanent, and both ways are finished.
  list(kHeader);
  log_.clear();
  way->send({&frame_, 1});
  EXPECT_TRUE(way->finish());
  EXPECT_EQ(log_,
            (std::vector<std::string>{"audible sends", "unheard finishes", "audible finishes"}));
  EXPECT_EQ(way->unconfirmed().frames, 5u);
  EXPECT_EQ(way->unconfirmed().bytes, 233u);
}

TEST_F(TwoWaysTest, WhereTheListCanNotBeReadNothingIsPassedBy) {
  list("?");
  const auto way = lane();
  way->send({&frame_, 1});
  EXPECT_EQ(way->describe(), "audible");
}

}  // namespace
}  // namespace gophercap::transmit
