// Builds tar archives in memory. Nothing is checked: what is asked for is written.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gophercap::testing {

enum class TarDialect : uint8_t { kUstar, kGnu, kV7 };

struct TarMember {
  std::string path;
  std::vector<uint8_t> data{};
  char type = '0';  // 1 hard link, 2 symbolic link, 3 device, 5 folder, 6 FIFO, S sparse
  std::string link{};
  uint32_t mode = 0644;
  int64_t mtime = 1'600'000'000;
  std::optional<uint64_t> size{};  // as written; default: data.size()
  bool base_256 = false;           // how the size is written
  TarDialect dialect = TarDialect::kUstar;
};

class TarBuilder {
 public:
  TarBuilder& member(const TarMember& member);
  // A header of GNU tar ('L' name, 'K' link) for the member that follows.
  TarBuilder& gnu_long(char type, std::string_view text);
  // A pax header for the member that follows.
  TarBuilder& pax(const std::vector<std::pair<std::string, std::string>>& records);
  TarBuilder& raw(std::span<const uint8_t> bytes);
  TarBuilder& end();  // two records of zeros

  const std::vector<uint8_t>& bytes() const { return bytes_; }
  size_t size() const { return bytes_.size(); }

 private:
  void pad();

  std::vector<uint8_t> bytes_;
};

}  // namespace gophercap::testing
