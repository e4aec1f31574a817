#include "verify/received_captures.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/merge_heap.h"
#include "capture/packet_loop.h"
#include "io/codec/pausable_source.h"
#include "io/open.h"
#include "io/parallel/decode_pool.h"
#include "packet/frame.h"
#include "packet/link_type.h"

namespace gophercap::verify {
namespace {

using capture::CaptureReader;
using capture::PacketBatch;
using capture::PacketCursor;

// Frames cut below this length count as unexpected. Otherwise all frames would be compared only up
// to that length.
constexpr uint32_t kLeastCompared = 32;

Error no_ethernet(const std::string& path, uint32_t link_type) {
  const std::string_view name = packet::link_type_name(link_type);
  std::string what = fmt::format(
      "{}: link type {}: its packets have no Ethernet header, so they can't be compared", path,
      name.empty() ? fmt::format("{}", link_type) : std::string(name));
  if (link_type == 113 || link_type == 276) what += "; capture on one interface, not on \"any\"";
  return {Errc::kUnsupported, 0, std::move(what)};
}

uint32_t wire_bytes(const packet::Frame& frame) noexcept {
  return std::max(frame.original_bytes, frame.bytes);
}

Error stopped() {
  return {Errc::kCancelled, 0, "stopped before all captures were read"};
}

struct Opened {
  std::unique_ptr<CaptureReader> reader;
  io::PausableSource* pausable = nullptr;  // the reader's
  bool regular = false;
};

Result<Opened> open_reader(const std::string& path, io::DecodePool& pool,
                           const std::stop_token& stop) {
  TRY(io::Input input, io::open_input(path, {.pool = &pool, .stop = stop}));
  const bool regular = path != "-" && input.facts.regular;
  auto reader = capture::open_capture(std::move(input.source));
  if (!reader) return reader.error().with_context(path);
  return Opened{*std::move(reader), input.pausable, regular};
}

}  // namespace

struct ReceivedCaptures::File {
  std::string path;
  uint32_t place = 0;                      // among those given
  std::optional<PacketCursor> cursor;      // while it is open; a pipe is from the beginning
  io::PausableSource* pausable = nullptr;  // the reader's; null: none
  CaptureTime first = CaptureTime::min();  // not after its first packet's time
  CaptureTime key{};                       // of the packet at the cursor
};

namespace {

struct Look {
  uint32_t least_cut = UINT32_MAX;  // bytes of the packet that is cut the most
  CaptureTime first = CaptureTime::max();
};

// Reads a file for what its header does not tell. Damage is ignored, since read() will find it
// again.
Result<Look> look_through(const std::string& path, CaptureReader& reader, PacketBatch& batch,
                          const std::stop_token& stop) {
  Look look;
  bool any = false;
  std::optional<uint32_t> other;  // link type
  const auto take = [&](const packet::PacketView& p, uint32_t link_type) {
    if (link_type != packet::kLinkTypeEthernet) other = link_type;
    const packet::Frame frame = packet::frame_of(p, link_type);
    if (frame.bytes < wire_bytes(frame) && frame.bytes >= kLeastCompared)
      look.least_cut = std::min(look.least_cut, frame.bytes);
    if (!std::exchange(any, true)) look.first = p.time;
    return !other;
  };
  capture::for_each_packet(reader, batch, stop, take);
  if (other) return no_ethernet(path, *other);
  if (stop.stop_requested()) return stopped();
  return look;
}

}  // namespace

ReceivedCaptures::ReceivedCaptures(std::vector<std::unique_ptr<File>> files, io::DecodePool& pool)
    : pool_(pool), files_(std::move(files)) {}
ReceivedCaptures::ReceivedCaptures(ReceivedCaptures&&) noexcept = default;
ReceivedCaptures::~ReceivedCaptures() = default;

Result<ReceivedCaptures> ReceivedCaptures::open(const std::vector<std::string>& paths,
                                                io::DecodePool& pool, const std::stop_token& stop) {
  std::vector<std::unique_ptr<File>> files;
  uint32_t compared = UINT32_MAX;
  auto batch = std::make_unique<PacketBatch>();
  for (const std::string& path : paths) {
    TRY(Opened opened, open_reader(path, pool, stop));
    files.push_back(std::make_unique<File>());
    File& file = *files.back();
    file.path = path;
    file.place = static_cast<uint32_t>(files.size() - 1);
    if (opened.regular) {
      TRY(const Look look, look_through(path, *opened.reader, *batch, stop));
      compared = std::min(compared, look.least_cut);
      file.first = look.first;
    } else {
      for (const capture::Interface& interface : opened.reader->interfaces()) {
        if (interface.snap_length >= kLeastCompared)
          compared = std::min(compared, interface.snap_length);
      }
      file.cursor.emplace(std::move(opened.reader));
    }
  }
  ReceivedCaptures received(std::move(files), pool);
  received.compared_bytes_ = compared;
  return received;
}

Result<bool> ReceivedCaptures::advance(File& file, const std::stop_token& stop) {
  if (!file.cursor) {
    TRY(Opened opened, open_reader(file.path, pool_, stop));
    file.cursor.emplace(std::move(opened.reader));
    file.pausable = opened.pausable;
  }
  const bool any = file.cursor->next();
  // Usually other files come next, and may use the memory of its decoder.
  if (file.pausable != nullptr && file.cursor->has_just_read()) file.pausable->pause();
  if (!any) {
    if (stop.stop_requested()) return stopped();
    const std::optional<capture::Damage>& damage = file.cursor->reader().damage();
    TRY_VOID(capture::check_memory(damage, file.path));
    if (damage) damaged_.push_back({file.path, *damage});
    file.cursor.reset();
    return false;
  }
  file.key = std::max(file.key, file.cursor->packet().time);
  return true;
}

// Checks a packet of a pipe, which look_through() has not read.
Result<> ReceivedCaptures::check(const File& file) const {
  const uint32_t link_type = file.cursor->link_type();
  if (link_type != packet::kLinkTypeEthernet) return no_ethernet(file.path, link_type);
  const packet::Frame frame = packet::frame_of(file.cursor->packet(), link_type);
  const uint32_t n = frame.bytes;
  if (n >= kLeastCompared && n < wire_bytes(frame) && n < compared_bytes_) {
    return Error{
        Errc::kUnsupported, 0,
        fmt::format("{}: a packet is cut to {} bytes, which the header does not say; write the "
                    "capture to a file, which can be read twice",
                    file.path, n)};
  }
  return {};
}

Result<> ReceivedCaptures::read(const Take& take, const std::stop_token& stop) {
  MergeHeap open;
  const auto place_of = [](const File& file) {
    return MergeHeap::Entry{ns_of(file.key), file.place, file.place};
  };
  std::vector<File*> waiting;
  for (const auto& file : files_) waiting.push_back(file.get());
  std::ranges::stable_sort(waiting, {}, &File::first);
  size_t begun = 0;
  while (begun < waiting.size() || !open.empty()) {
    if (begun < waiting.size() &&
        (open.empty() || ns_of(waiting[begun]->first) <= open.top_key())) {
      File* file = waiting[begun++];
      file->key = CaptureTime::min();
      TRY(const bool any, advance(*file, stop));
      if (any) open.push(place_of(*file));
      continue;
    }
    File* file = files_[open.top().slot].get();
    open.pop();
    for (;;) {  // until another file has the next packet
      TRY_VOID(check(*file));
      const packet::PacketView& p = file->cursor->packet();
      const packet::Frame frame = packet::frame_of(p, file->cursor->link_type());
      if (!p.has_time()) ++packets_without_time_;
      const bool more = take(
          {.data = {frame.data, frame.bytes}, .wire_bytes = wire_bytes(frame), .time = p.time});
      if (++packets_ % 4096 == 0 && stop.stop_requested()) return stopped();
      if (!more) return {};
      TRY(const bool any, advance(*file, stop));
      if (!any) break;
      if ((!open.empty() && open.top() < place_of(*file)) ||
          (begun < waiting.size() && waiting[begun]->first <= file->key)) {
        open.push(place_of(*file));
        break;
      }
    }
  }
  return {};
}

}  // namespace gophercap::verify
