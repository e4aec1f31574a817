#include "replay/read/file_stream.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "base/saturating.h"
#include "base/shortage.h"
#include "capture/packet_loop.h"
#include "dataset/scan/mapped_part.h"
#include "io/codec/pausable_source.h"
#include "io/limited_source.h"
#include "io/open.h"
#include "packet/flow_key.h"
#include "packet/link_type.h"
#include "packet/vlan.h"

namespace gophercap::replay {

using capture::PacketBatch;
using packet::PacketView;

namespace {

// If few packets are chosen, filling a slab would take very long, and the packets in it would be
// late. So a slab is passed on after this many bytes.
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

bool is_cancelled(const std::optional<capture::Damage>& damage) noexcept {
  return damage && damage->code == Errc::kCancelled;
}

// True if data was only appended, so that the mapped part is unchanged.
bool has_only_grown(const io::FileFacts& facts, const PlannedFile& file,
                    const std::stop_token& stop) {
  return facts.size_bytes > file.file_size_bytes &&
         dataset::still_begins_with(file.mapped, file.path, stop);
}

}  // namespace

FileStream::FileStream(const PlannedFile& file, const StreamOptions& options, io::FdCache& fds,
                       uint64_t loop, int64_t from_key_ns)
    : file_(file),
      options_(options),
      fds_(fds),
      filter_(options.choice, options.limits, options.changes, loop),
      clock_(options.clock_steps),
      from_key_ns_(from_key_ns) {}

Result<> FileStream::open(const std::stop_token& stop) {
  opened_ = true;
  Result<io::Input> input = options_.store->open(
      file_.path,
      {.fds = &fds_, .pool = options_.pool, .stop = stop, .most_bytes = file_.mapped.most_bytes()});
  // The schedule was made from the mapped file, so a different file would not fit it.
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
  const bool plain = sorter_ == nullptr && !file_.follow && !file_.ends_outside &&
                     options_.lanes == 1 && options_.wires == nullptr;
  for (size_t i = 0; i < batch.count && !past_window(); ++i) {
    if (plain && from_key_ns_ == INT64_MIN) i += take_run(batch, i, slab);
    if (i == batch.count) break;
    const PacketView& packet = batch.packets[i];
    take_one(packet, interfaces[packet.interface].link_type, slab);
  }
}

// The fast path for a replay of everything: takes the packets from `begin` on that are surely sent
// unchanged, and returns their number. REQUIRES: there is one lane and one wire; the file needs no
// sorting and does not reach beyond the window, and its clock is not followed. What changes with
// each packet is in local variables, because members would be stored and loaded each time.
size_t FileStream::take_run(const PacketBatch& batch, size_t begin, Slab& slab) {
  const std::vector<capture::Interface>& interfaces = reader_->interfaces();
  const Nanos shift = file_.key_shift;
  int64_t largest_ns = largest_ns_;
  uint64_t bytes = 0;
  uint64_t with_fcs = 0;
  size_t i = begin;
  for (; i < batch.count; ++i) {
    const PacketView& packet = batch.packets[i];
    const packet::Frame frame = packet::frame_of(packet, interfaces[packet.interface].link_type);
    if (!filter_.surely_sends(frame)) [[unlikely]]
      break;
    largest_ns = std::max(largest_ns, ns_of(packet.time));
    bytes += packet.captured_bytes;
    with_fcs += packet.fcs_bytes != 0;
    put(largest_ns, shift, frame, false, 0, slab);
  }
  const size_t taken = i - begin;
  if (taken > 0) before_ns_ = ns_of(batch.packets[i - 1].time);
  largest_ns_ = largest_ns;
  bytes_read_ += bytes;
  inside_ += taken;
  accounts_.read += taken;
  accounts_.fcs_removed += with_fcs;
  return taken;
}

void FileStream::take_one(const PacketView& packet, uint32_t link_type, Slab& slab) {
  const int64_t time = ns_of(packet.time);
  bool out_of_order = time < before_ns_;
  before_ns_ = time;
  if (file_.follow) {
    const bool stepped = clock_.take(time);
    accounts_.clock_steps += stepped;
    out_of_order = out_of_order && !stepped;
    largest_ns_ = clock_.key_ns();
  } else {
    largest_ns_ = std::max(largest_ns_, time);
  }
  bytes_read_ += packet.captured_bytes;
  const Decision decision = filter_.decide(packet, link_type, out_of_order);
  account(decision, accounts_);
  inside_ += decision.verdict != Verdict::kOutsideWindow;
  if (decision.verdict != Verdict::kSend) {
    accounts_.filtered_vlan += decision.verdict == Verdict::kFiltered &&
                               link_type == packet::kLinkTypeEthernet &&
                               packet::hides_from_filters(packet.data, packet.captured_bytes);
    return;
  }
  accounts_.fcs_removed += packet.fcs_bytes != 0;
  const uint32_t lane = lane_of(packet::frame_of(packet, link_type));
  for (size_t i = 0; i < decision.frames.size(); ++i) {
    const bool more = i + 1 < decision.frames.size();
    if (sorter_ != nullptr) {
      sorter_->push({time, decision.frames[i], more, lane});
    } else {
      // With --reorder this is a file without disorder, so the largest time is that of the packet.
      put(largest_ns_, file_.key_shift, decision.frames[i], more, lane, slab);
    }
  }
}

// Packets between two stations have the same lane, so that their order is kept. All frames of a
// packet have the lane of the packet.
uint32_t FileStream::lane_of(const packet::Frame& packet) const noexcept {
  if (options_.wires != nullptr) return options_.wires->wire_of(packet);
  if (options_.lanes < 2) return 0;
  return packet::pair_hash(packet.data, packet.bytes, packet.link_type) % options_.lanes;
}

void FileStream::drain_sorted(Slab& slab) {
  PendingFrame pending;
  while (slab.footprint_bytes() < options_.slab_bytes && sorter_->peek(pending)) {
    accounts_.not_sorted += !pending.more && pending.time_ns < last_key_ns_;
    last_key_ns_ = std::max(last_key_ns_, pending.time_ns);
    put(last_key_ns_, file_.key_shift, pending.frame, pending.more, pending.lane, slab);
    sorter_->pop();
  }
}

Result<> FileStream::fill(Slab& slab, PacketBatch& batch, const std::stop_token& stop) {
  TRY_VOID(fill_slab(slab, batch, stop));
  if (options_.live != nullptr) {
    options_.live->add(accounts_.since(shown_));
    shown_ = accounts_;
  }
  if (reader_ != nullptr && pausable_ != nullptr) pausable_->pause();
  return {};
}

Result<> FileStream::fill_slab(Slab& slab, PacketBatch& batch, const std::stop_token& stop) {
  slab.clear();
  if (!opened_) TRY_VOID(open(stop));
  if (ended_) return {};
  // One allocation instead of many. A short file needs less than a full slab.
  slab.reserve(std::min<uint64_t>(options_.slab_bytes, file_.file_size_bytes));
  const uint64_t enough = bytes_read_ + kMostReadPerSlab;
  const auto has_room = [&] {
    // Sorted packets go first, since a slab may hold less than a batch.
    if (sorter_ != nullptr) drain_sorted(slab);
    return slab.footprint_bytes() < options_.slab_bytes &&
           (bytes_read_ <= enough || slab.frames().empty()) && !stop.stop_requested();
  };
  if (!has_room()) return {};
  if (reader_ != nullptr) {
    const bool whole = capture::for_each_batch(*reader_, batch, [&](const PacketBatch& packets) {
      take(packets, slab);
      return !past_window() && has_room();
    });
    if (!whole && !past_window()) return {};
    if (whole && is_cancelled(reader_->damage())) return {};
    if (whole) {
      TRY_VOID(capture::check_memory(reader_->damage(), file_.path));
      damage_ = reader_->damage();
    }
    reader_.reset();
    if (sorter_ != nullptr) sorter_->finish();
  }
  if (sorter_ != nullptr) drain_sorted(slab);
  ended_ = sorter_ == nullptr || sorter_->empty();
  return {};
}

}  // namespace gophercap::replay
