#include "archive/extract/member_sink.h"

#include <span>
#include <utility>

namespace gophercap::archive {

MemberSink::MemberSink(OutputFile file, io::ParallelCompressor* compressor, OutputGuard& guard,
                       uint64_t size_bytes, std::stop_token stop)
    : file_(std::move(file)),
      compressor_(compressor),
      guard_(guard),
      size_bytes_(size_bytes),
      stop_(std::move(stop)) {
  if (compressor_ == nullptr) return;
  compressor_->begin([this](std::span<const uint8_t> bytes) -> Result<> {
    if (stop_.stop_requested()) return Error{Errc::kCancelled, 0, "stopped"};
    TRY_VOID(guard_.written(bytes.size()));
    written_ += bytes.size();
    return file_.append(bytes);
  });
}

MemberSink::~MemberSink() {
  if (compressor_ != nullptr) compressor_->abandon();
}

Result<> MemberSink::fill_hole(uint64_t upto) {
  if (compressor_ == nullptr || upto <= position_) return {};
  TRY_VOID(guard_.plain(upto - position_));
  return compressor_->append_zeros(upto - position_);
}

Result<std::optional<Refusal>> MemberSink::put(const Piece& piece) {
  if (piece.offset < position_ || piece.offset > size_bytes_ ||
      piece.bytes.size() > size_bytes_ - piece.offset) {
    return std::optional(Refusal::kContradiction);
  }
  TRY_VOID(guard_.plain(piece.bytes.size()));
  if (compressor_ != nullptr) {
    TRY_VOID(fill_hole(piece.offset));
    TRY_VOID(compressor_->append(piece.bytes));
  } else {
    TRY_VOID(guard_.written(piece.bytes.size()));
    TRY_VOID(file_.write_at(piece.bytes, piece.offset));
    written_ += piece.bytes.size();
  }
  position_ = piece.offset + piece.bytes.size();
  return std::optional<Refusal>();
}

Result<> MemberSink::finish() {
  TRY_VOID(fill_hole(size_bytes_));
  if (compressor_ != nullptr) return compressor_->finish();
  if (position_ < size_bytes_) return file_.set_size(size_bytes_);
  return {};
}

}  // namespace gophercap::archive
