#include "replay/file_stream.h"

#include <algorithm>
#include <utility>

#include "io/open.h"

namespace gophercap::replay {

using capture::PacketBatch;
using capture::ReadStatus;
using packet::PacketView;

void Slab::grow(size_t wanted) {
  const size_t capacity = std::max(wanted, capacity_ + capacity_ / 2);
  auto grown = std::make_unique_for_overwrite<uint8_t[]>(capacity);
  if (used_ > 0) std::memcpy(grown.get(), bytes_.get(), used_);
  bytes_ = std::move(grown);
  capacity_ = capacity;
}

void FileStream::open() {
  opened_ = true;
  Result<io::Input> input = io::open_input(file_.path, &fds_);
  Result<std::unique_ptr<capture::CaptureReader>> reader =
      input ? capture::open_capture(
                  std::move(input->source),
                  {.block_bytes = std::min(slab_bytes_, capture::ReaderOptions{}.block_bytes),
                   .initial_time = file_.first_key})
            : Result<std::unique_ptr<capture::CaptureReader>>(input.error());
  if (reader) {
    reader_ = *std::move(reader);
  } else {
    damage_ = capture::Damage{0, reader.error().code, reader.error().what};
    finish();
  }
}

void FileStream::finish() {
  reader_.reset();
  ended_ = true;
}

void FileStream::take(const PacketBatch& batch, Slab& slab) {
  const std::vector<capture::Interface>& interfaces = reader_->interfaces();
  for (size_t i = 0; i < batch.count; ++i) {
    const PacketView& packet = batch.packets[i];
    const int64_t time = ns_of(packet.time);
    key_ns_ = any_ ? std::max(key_ns_, time) : time;
    any_ = true;
    const uint32_t link_type = interfaces[packet.interface].link_type;
    const Decision d = decide(packet, link_type, limits_);
    account(d.verdict, accounts_);
    if (d.verdict != Verdict::kSend) continue;
    accounts_.fcs_removed += packet.fcs_bytes != 0;
    slab.append(key_ns_, packet.data, d.captured_bytes, d.original_bytes, link_type);
  }
}

void FileStream::fill(Slab& slab, PacketBatch& batch) {
  slab.clear();
  if (!opened_) open();
  while (!ended_ && slab.footprint_bytes() < slab_bytes_) {
    const ReadStatus status = reader_->read(batch);
    if (status == ReadStatus::kPacket) {
      take(batch, slab);
      continue;
    }
    damage_ = reader_->damage();
    finish();
  }
}

}  // namespace gophercap::replay
