#include "replay/read/file_stream.h"

#include <algorithm>
#include <cstring>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/saturating.h"
#include "base/shortage.h"
#include "dataset/scan/mapped_part.h"
#include "io/codec/pausable_source.h"
#include "io/limited_source.h"
#include "io/open.h"
#include "packet/flow_key.h"
#include "packet/link_type.h"
#include "packet/vlan.h"

namespace gophercap::replay {

using capture::PacketBatch;
using capture::ReadStatus;
using packet::PacketView;

namespace {

// Where few packets are chosen a slab would take very long to fill, and those that are in it would
// wait.
constexpr uint64_t kMostReadPerSlab = uint64_t{16} << 20;

}  // namespace

void Slab::grow(size_t wanted) {
  const size_t capacity = std::max(wanted, capacity_ + capacity_ / 2);
  auto grown = std::make_unique_for_overwrite<uint8_t[]>(capacity);
  if (used_ > 0) std::memcpy(grown.get(), bytes_.get(), used_);
  bytes_ = std::move(grown);
  capacity_ = capacity;
}

namespace {

bool has_changed(const io::FileFacts& facts, const PlannedFile& file) noexcept {
  return facts.regular &&
         (facts.size_bytes != file.file_size_bytes || facts.mtime_ns != file.mtime_ns);
}

// What was written behind the mapped part changes nothing of it.
bool has_only_grown(const io::FileFacts& facts, const PlannedFile& file,
                    const std::stop_token& stop) {
  return facts.size_bytes > file.file_size_bytes &&
         dataset::still_begins_with(file.mapped, file.path, stop);
}

}  // namespace

FileStream::FileStream(const PlannedFile& file, const StreamOptions& options, io::FdCache& fds)
    : file_(file), options_(options), fds_(fds), clock_(options.clock_steps) {}

Result<> FileStream::open(const std::stop_token& stop) {
  opened_ = true;
  Result<io::Input> input = options_.store->open(
      file_.path,
      {.fds = &fds_, .pool = options_.pool, .stop = stop, .most_bytes = file_.mapped.most_bytes()});
  // Its times are the schedule: those of another file are not on it.
  if (input && has_changed(input->facts, file_)) {
    if (has_only_grown(input->facts, file_, stop)) {
      input->source =
          std::make_unique<io::LimitedSource>(std::move(input->source), file_.mapped.plain_bytes);
    } else {
      input = Error{Errc::kIo, 0, file_.path + ": file has changed since it was mapped"};
    }
  }
  Result<std::unique_ptr<capture::CaptureReader>> reader =
      input
          ? capture::open_capture(
                std::move(input->source),
                {.block_bytes = std::min(options_.slab_bytes, capture::ReaderOptions{}.block_bytes),
                 .initial_time = file_.initial_time})
          : Result<std::unique_ptr<capture::CaptureReader>>(input.error());
  if (!reader && reader.error().code == Errc::kCancelled) return {};
  if (!reader && is_shortage(reader.error())) return reader.error().with_context(file_.path);
  if (!reader) {
    damage_ = capture::unopened(file_.path, reader.error());
    ended_ = true;
    return {};
  }
  reader_ = *std::move(reader);
  pausable_ = input->pausable;
  if (file_.sort) {
    sorter_ = std::make_unique<ReorderBuffer>(
        ReorderBuffer::Limits{.step_back = file_.step_back,
                              .step_back_packets = file_.step_back_packets,
                              .memory_bytes = options_.sort_bytes});
  }
  return {};
}

void FileStream::take(const PacketBatch& batch, Slab& slab) {
  const std::vector<capture::Interface>& interfaces = reader_->interfaces();
  const int64_t shift = file_.key_shift.count();
  const transmit::FrameLimits& limits = options_.limits;
  const bool all_fits = takes_all(options_.choice);
  for (size_t i = 0; i < batch.count && !past_window(); ++i) {
    const PacketView& packet = batch.packets[i];
    const int64_t time = ns_of(packet.time);
    bool out_of_order = time < before_ns_;
    before_ns_ = time;
    if (file_.follow) [[unlikely]] {
      const bool stepped = clock_.take(time);
      accounts_.clock_steps += stepped;
      out_of_order = out_of_order && !stepped;
      largest_ns_ = clock_.key_ns();
    } else {
      largest_ns_ = std::max(largest_ns_, time);
    }
    bytes_read_ += packet.captured_bytes;
    const uint32_t link_type = interfaces[packet.interface].link_type;
    if (all_fits && packet.captured_bytes <= limits.max_bytes &&
        packet.captured_bytes >= limits.min_bytes && packet.fcs_bytes == 0 && sorter_ == nullptr &&
        (!limits.ethernet_only || link_type == packet::kLinkTypeEthernet)) {
      account(Decision{}, accounts_);
      ++inside_;
      slab.append(saturating_sum(largest_ns_, shift), packet.data, packet.captured_bytes,
                  packet.original_bytes, link_type,
                  lane_of(packet.data, packet.captured_bytes, link_type));
      continue;
    }
    const Decision d = decide(packet, link_type, out_of_order, options_.choice, limits);
    account(d, accounts_);
    inside_ += d.verdict != Verdict::kOutsideWindow;
    if (d.verdict != Verdict::kSend) {
      accounts_.filtered_vlan += d.verdict == Verdict::kFiltered &&
                                 link_type == packet::kLinkTypeEthernet &&
                                 packet::hides_from_filters(packet.data, d.captured_bytes);
      continue;
    }
    accounts_.fcs_removed += packet.fcs_bytes != 0;
    if (sorter_ != nullptr) {
      sorter_->push({time, packet.data, d.captured_bytes, d.original_bytes, link_type});
    } else {
      // With --reorder a file without disorder comes here: each packet's own time is the largest.
      slab.append(saturating_sum(largest_ns_, shift), packet.data, d.captured_bytes,
                  d.original_bytes, link_type, lane_of(packet.data, d.captured_bytes, link_type));
    }
  }
}

void FileStream::drain_sorted(Slab& slab) {
  PendingFrame frame;
  while (slab.footprint_bytes() < options_.slab_bytes && sorter_->peek(frame)) {
    accounts_.not_sorted += frame.time_ns < last_key_ns_;
    last_key_ns_ = std::max(last_key_ns_, frame.time_ns);
    slab.append(saturating_sum(last_key_ns_, file_.key_shift.count()), frame.data,
                frame.captured_bytes, frame.original_bytes, frame.link_type,
                lane_of(frame.data, frame.captured_bytes, frame.link_type));
    sorter_->pop();
  }
}

// All packets between two stations take one lane, so that their order is kept.
uint32_t FileStream::lane_of(const uint8_t* data, uint32_t bytes,
                             uint32_t link_type) const noexcept {
  if (options_.lanes < 2) return 0;
  return packet::pair_hash(data, bytes, link_type) % options_.lanes;
}

Result<> FileStream::fill(Slab& slab, PacketBatch& batch, const std::stop_token& stop) {
  TRY_VOID(fill_slab(slab, batch, stop));
  if (reader_ != nullptr && pausable_ != nullptr) pausable_->pause();
  return {};
}

Result<> FileStream::fill_slab(Slab& slab, PacketBatch& batch, const std::stop_token& stop) {
  slab.clear();
  if (!opened_) TRY_VOID(open(stop));
  // At once, not step by step; a short file needs less.
  if (!ended_) slab.reserve(std::min<uint64_t>(options_.slab_bytes, file_.file_size_bytes));
  const uint64_t enough = bytes_read_ + kMostReadPerSlab;
  while (!ended_ && slab.footprint_bytes() < options_.slab_bytes && !stop.stop_requested()) {
    // What waits to be sorted goes first: a slab may hold less than a batch.
    if (sorter_ != nullptr) drain_sorted(slab);
    if (slab.footprint_bytes() >= options_.slab_bytes) break;
    if (bytes_read_ > enough && !slab.frames().empty()) break;
    if (reader_ != nullptr && reader_->read(batch) == ReadStatus::kPacket) {
      take(batch, slab);
      if (past_window()) reader_.reset();
    } else if (reader_ != nullptr) {
      // Not the file's affair.
      if (reader_->damage() && reader_->damage()->code == Errc::kCancelled) return {};
      TRY_VOID(capture::check_memory(reader_->damage(), file_.path));
      damage_ = reader_->damage();
      reader_.reset();
    }
    if (reader_ == nullptr && sorter_ != nullptr) sorter_->finish();
    ended_ = reader_ == nullptr && (sorter_ == nullptr || sorter_->empty());
  }
  return {};
}

}  // namespace gophercap::replay
