#include "cli/hints.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace gophercap::cli {
namespace {

const std::vector<std::string> kInterfaces = {"lo", "eth0", "veth-left"};

std::string hint(const Error& error, std::string_view interface_name = "eth0") {
  return hint_for(error, interface_name, kInterfaces);
}

TEST(Hints, CuresThatAreKnown) {
  EXPECT_EQ(hint(errno_error(EPERM, "interface eth0: packet socket")),
            "run as root, or once: setcap cap_net_raw+ep \"$(command -v gophercap)\"");
  EXPECT_EQ(hint(errno_error(EMFILE, "a.pcap")), "raise the limit of open files: ulimit -n 65536");
  EXPECT_EQ(hint(errno_error(ENOSPC, "dump.json")), "free some space, or write elsewhere");
  EXPECT_EQ(hint({Errc::kNoMemory, ENOMEM, "the set does not fit into the memory given"}),
            "give it more, if the machine has it: --memory 1G");
  EXPECT_TRUE(hint(out_of_memory("the set")).starts_with("give it more (ulimit -v"));
  EXPECT_EQ(hint(errno_error(EMSGSIZE, "interface eth0")),
            "raise the MTU: ip link set dev eth0 mtu 9000");
  EXPECT_EQ(hint(errno_error(ENETDOWN, "interface eth0")), "bring it up: ip link set dev eth0 up");
}

TEST(Hints, InterfaceThatIsNotThere) {
  const auto missing = [](std::string_view name) {
    return Error{Errc::kNotFound, ENODEV, "interface " + std::string(name) + ": no such interface"};
  };
  EXPECT_EQ(hint(missing("eht0"), "eht0"), "did you mean eth0?");
  EXPECT_EQ(hint(missing("veth-rihgt"), "veth-rihgt"), "");
  EXPECT_EQ(hint(errno_error(ENOENT, "dump.json"), "eht0"), "") << "about something else";
}

TEST(Hints, DumpThatIsNotThere) {
  const auto hint_with_dump = [](const Error& error) {
    return hint_for(error, "", kInterfaces, "set.json");
  };
  EXPECT_EQ(hint_with_dump(errno_error(ENOENT, "set.json")),
            "gophercap map PATH --dump-json set.json writes it");
  EXPECT_EQ(hint_with_dump(errno_error(ENOENT, "arrived.pcap")), "") << "about something else";
  EXPECT_EQ(hint_with_dump(errno_error(EACCES, "set.json")), "");
}

TEST(Hints, NoneWithoutAnInterface) {
  for (const int sys : {EPERM, EMSGSIZE, ENETDOWN, ENOENT, EACCES, 0}) {
    EXPECT_EQ(hint(errno_error(sys, "x"), ""), "") << sys;
  }
}

}  // namespace
}  // namespace gophercap::cli
