#include "archive/tarball.h"

#include <array>
#include <span>
#include <utility>

#include "archive/tar/tar_reader.h"
#include "io/file/file_source.h"

namespace gophercap::archive {
namespace {

// Counts bytes between the file and the codec, because the bytes of the file are only visible
// there.
class CountedSource final : public io::ByteSource {
 public:
  CountedSource(std::unique_ptr<io::ByteSource> raw, std::shared_ptr<std::atomic<uint64_t>> count)
      : raw_(std::move(raw)), count_(std::move(count)) {}

  Result<size_t> read(std::span<uint8_t> out) override {
    Result<size_t> got = raw_->read(out);
    if (got) count_->fetch_add(*got, std::memory_order_relaxed);
    return got;
  }

 private:
  std::unique_ptr<io::ByteSource> raw_;
  std::shared_ptr<std::atomic<uint64_t>> count_;
};

}  // namespace

Result<Tarball> open_tarball(const std::string& path, io::DecodePool* pool,
                             io::CheckpointSink* checkpoints, std::stop_token stop) {
  TRY(std::unique_ptr<io::FileSource> file, io::FileSource::open(path, nullptr, std::move(stop)));
  Tarball tarball;
  tarball.name = path == "-" ? "standard input" : path;
  tarball.facts = file->facts();
  auto count = std::make_shared<std::atomic<uint64_t>>(0);
  tarball.bytes_read = count;
  Result<io::Input> input = io::decode(
      std::make_unique<CountedSource>(std::move(file), std::move(count)), pool, checkpoints);
  if (!input) return input.error().with_context(tarball.name);
  tarball.source = std::move(input->source);
  tarball.compression = input->compression;
  return tarball;
}

Result<bool> holds_tar(const std::string& path) {
  TRY(const io::Input input, io::open_input(path));
  std::array<uint8_t, kTarHeaderBytes> front{};
  size_t filled = 0;
  while (filled < front.size()) {
    TRY(const size_t got, input.source->read(std::span(front).subspan(filled)));
    if (got == 0) return false;
    filled += got;
  }
  return begins_tar(front);
}

}  // namespace gophercap::archive
