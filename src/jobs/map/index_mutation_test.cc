// An index with changed rows but correct hashes: what is read by means of it is what the tarball
// contains, or the index is blamed, but never a capture.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/index/archive_index.h"
#include "archive/index/checkpoint_keeper.h"
#include "archive/index/database.h"
#include "archive/index/index_format.h"
#include "archive/index/index_writer.h"
#include "archive/index/indexed_member.h"
#include "archive/tar/read_ahead.h"
#include "archive/tar/tar_reader.h"
#include "archive/tarball.h"
#include "jobs/map/map_job.h"
#include "jobs/replay/replay_job.h"
#include "testing/compress.h"
#include "testing/pcap_builder.h"
#include "testing/quiet_reporter.h"
#include "testing/tar_builder.h"
#include "testing/temp_dir.h"

namespace gophercap::jobs {
namespace {

namespace fs = std::filesystem;
using archive::Database;
using archive::RowHash;
using archive::Statement;
using testing::Bytes;
using testing::PcapBuilder;
using testing::QuietReporter;

constexpr int kCaptures = 3;
constexpr uint64_t kSpacing = 20'000;

Bytes capture_of(int64_t first, size_t packets) {
  PcapBuilder pcap;
  for (size_t i = 0; i < packets; ++i) {
    pcap.packet((first + static_cast<int64_t>(i)) * 1'000'000'000,
                testing::ethernet_frame(100 + i % 50, static_cast<uint8_t>(i)));
  }
  return pcap.bytes();
}

class IndexMutation : public ::testing::TestWithParam<io::Compression> {
 protected:
  void SetUp() override {
    testing::TarBuilder tar;
    for (int i = 0; i < kCaptures; ++i)
      tar.member({.path = "d/c" + std::to_string(i) + ".pcap", .data = capture_of(100 + i, 400)});
    const Bytes plain = tar.end().bytes();
    Bytes stored = plain;
    if (GetParam() != io::Compression::kNone) {
      stored.clear();  // in several members or frames
      for (size_t at = 0; at < plain.size(); at += 15'000) {
        const Bytes part(
            plain.begin() + static_cast<ptrdiff_t>(at),
            plain.begin() + static_cast<ptrdiff_t>(std::min(at + 15'000, plain.size())));
        const Bytes packed = testing::compress(GetParam(), part);
        stored.insert(stored.end(), packed.begin(), packed.end());
      }
    }
    tarball_ = dir_.write("set.tar.x", stored);
    ASSERT_EQ(packets_mapped(), expected_packets());
    ASSERT_EQ(replayed(), expected_packets());
    whole_ = testing::read_file(dir_.path("out"));
    if (GetParam() != io::Compression::kNone) add_checkpoints();
    fs::copy_file(index(), index() + ".kept");
  }

  static uint64_t expected_packets() { return uint64_t{kCaptures} * 400; }
  std::string index() const { return dir_.path("set.tar.x.index"); }

  // A pass only stores checkpoints that are farther apart than this whole file.
  void add_checkpoints() {
    const fs::path old = index();
    const auto made = archive::ArchiveIndex::open(old.string());
    ASSERT_TRUE(made);
    auto writer = archive::IndexWriter::create(old.string(), tarball_, (*made)->identity(),
                                               (*made)->compression());
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*made)->each_member([&](const archive::IndexedMember& member) {
      EXPECT_TRUE((*writer)->add(member));
      return true;
    }));
    archive::CheckpointKeeper keeper(kSpacing);
    keeper.write_to(**writer);
    auto tarball = archive::open_tarball(tarball_, nullptr, &keeper);
    ASSERT_TRUE(tarball);
    Bytes block(50'000);
    Result<size_t> got = tarball->source->read(block);
    while (got && *got > 0) got = tarball->source->read(block);
    ASSERT_TRUE((*writer)->finish((*made)->plain_bytes(), archive::Coverage::kWhole));
    const auto again = archive::ArchiveIndex::open(old.string());
    ASSERT_TRUE(again);
    ASSERT_TRUE(*(*again)->checkpoint_behind(kSpacing));
  }

  // Number of packets of undamaged captures; nothing may be reported about others.
  uint64_t packets_mapped() {
    const auto result = run_map(
        {.selection = {.paths = {tarball_}}, .workers = 1, .dump_path = dump_}, reporter_, {});
    EXPECT_TRUE(result) << result.error().what;
    if (!result) return 0;
    EXPECT_EQ(result->set.damaged_files(), 0u);
    EXPECT_EQ(result->set.files.size(), size_t{kCaptures});
    for (int i = 0; i < std::min<int>(kCaptures, static_cast<int>(result->set.files.size())); ++i)
      EXPECT_EQ(result->set.files[static_cast<size_t>(i)].member(),
                "d/c" + std::to_string(i) + ".pcap");
    return result->set.packets();
  }

  uint64_t replayed() {
    ReplayOptions options;
    options.set.dump_path = dump_;
    options.delivery.target = FileTarget{dir_.path("out")};
    options.schedule.topspeed = true;
    const auto result = run_replay(options, reporter_, {});
    EXPECT_TRUE(result) << result.error().what;
    if (!result) return 0;
    return result->report.accounts.sent;
  }

  testing::TempDir dir_;
  std::string dump_ = dir_.path("dump.json");
  std::string tarball_;
  Bytes whole_;
  QuietReporter reporter_;
};

// The columns of a table that its row hash covers, in order.
struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::string key;
};

const std::vector<Table> kTables = {{"archive",
                                     {"path", "size_bytes", "mtime_ns", "head_hash", "compression",
                                      "plain_bytes", "complete", "rows_hash"},
                                     "path"},
                                    {"members",
                                     {"path", "archive_offset", "size_bytes", "mtime_ns", "extents",
                                      "header_offset", "origin", "stored_path"},
                                     "path"},
                                    {"checkpoints",
                                     {"plain_offset", "stored_offset", "inside_member", "used_bits",
                                      "member_crc", "member_size", "window"},
                                     "plain_offset"}};

Result<std::unique_ptr<Database>> open_to_change(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  return Database::create(file.value(), path);
}

// Makes all hashes correct again.
void seal(const std::string& path) {
  auto database = open_to_change(path);
  ASSERT_TRUE(database);
  for (const Table& table : kTables) {
    if (table.name == "archive") continue;
    std::string list;
    for (const std::string& column : table.columns) list += column + ",";
    std::vector<std::pair<Bytes, int64_t>> hashes;
    std::vector<std::pair<int64_t, int64_t>> hashes_by_number;
    {
      auto rows = (*database)->prepare("SELECT " + list + "0 FROM " + table.name);
      ASSERT_TRUE(rows);
      while (*rows->step()) {
        RowHash hash;
        for (int i = 0; i < static_cast<int>(table.columns.size()); ++i) {
          if (const auto number = rows->integer(i)) {
            hash.add(*number);
          } else if (const auto bytes = rows->bytes(i)) {
            hash.add(*bytes);
          }
        }
        if (const auto number = rows->integer(0)) {
          hashes_by_number.emplace_back(*number, hash.value());
        } else {
          const auto key = *rows->bytes(0);
          hashes.emplace_back(Bytes(key.begin(), key.end()), hash.value());
        }
      }
    }
    auto update = (*database)->prepare("UPDATE " + table.name + " SET row_hash = ? WHERE " +
                                       table.key + " = ?");
    ASSERT_TRUE(update);
    for (const auto& [key, value] : hashes) {
      update->bind(0, value);
      update->bind(1, std::span<const uint8_t>(key));
      ASSERT_TRUE(update->step());
      update->reset();
    }
    for (const auto& [key, value] : hashes_by_number) {
      update->bind(0, value);
      update->bind(1, key);
      ASSERT_TRUE(update->step());
      update->reset();
    }
  }
  const auto rows_hash = archive::hash_of_rows(**database);
  ASSERT_TRUE(rows_hash);
  RowHash hash;
  {
    auto row = (*database)->prepare(
        "SELECT path, size_bytes, mtime_ns, head_hash, compression,"
        " plain_bytes, complete FROM archive");
    ASSERT_TRUE(row && *row->step());
    for (int i = 0; i < 7; ++i) {
      if (const auto number = row->integer(i)) {
        hash.add(*number);
      } else if (const auto bytes = row->bytes(i)) {
        hash.add(*bytes);
      }
    }
    hash.add(*rows_hash);
  }
  auto update = (*database)->prepare("UPDATE archive SET rows_hash = ?, row_hash = ?");
  ASSERT_TRUE(update);
  update->bind(0, *rows_hash);
  update->bind(1, hash.value());
  ASSERT_TRUE(update->step());
}

TEST_P(IndexMutation, NeverLosesAPacketOrBlamesACapture) {
  // Only the hash of the row protects the bytes of a window.
  const std::vector<std::string> numbers = {"{} + 1", "{} - 512", "0"};
  for (const Table& table : kTables) {
    for (const std::string& column : table.columns) {
      const bool text = column == "path" || column == "compression" || column == "extents" ||
                        column == "stored_path" || column == "window";
      if (column == "rows_hash" || column == "window") continue;
      for (const std::string& form : text ? std::vector<std::string>{"x'616263'"} : numbers) {
        for (const bool sealed : {true, false}) {
          if (!sealed && form != numbers.front()) continue;
          std::string value = form;
          if (const size_t at = value.find("{}"); at != std::string::npos)
            value.replace(at, 2, column);
          SCOPED_TRACE(table.name + "." + column + " = " + value + (sealed ? "" : ", not sealed"));
          fs::copy_file(index() + ".kept", index(), fs::copy_options::overwrite_existing);
          {
            auto database = open_to_change(index());
            ASSERT_TRUE(database);
            // The one in the middle.
            const std::string sql =
                "UPDATE OR IGNORE " + table.name + " SET " + column + " = " + value + " WHERE " +
                table.key + " = (SELECT " + table.key + " FROM " + table.name + " ORDER BY " +
                table.key + " LIMIT 1 OFFSET (SELECT count(*) / 2 FROM " + table.name + "))";
            ASSERT_TRUE((*database)->run(sql.c_str()));
          }
          if (sealed) seal(index());
          fs::copy_file(index(), index() + ".mutated", fs::copy_options::overwrite_existing);
          EXPECT_EQ(replayed(), expected_packets());
          EXPECT_TRUE(testing::read_file(dir_.path("out")) == whole_);
          fs::copy_file(index() + ".mutated", index(), fs::copy_options::overwrite_existing);
          EXPECT_EQ(packets_mapped(), expected_packets());
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, IndexMutation,
                         ::testing::Values(io::Compression::kNone, io::Compression::kGzip),
                         [](const auto& kind) { return std::string(word_of(kind.param)); });

}  // namespace
}  // namespace gophercap::jobs
