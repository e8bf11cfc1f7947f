# cf_room(NAME SOURCES a.c b.c [DEPS room…] [LIBS library…])   a room: one static library under src/NAME
# cf_test(NAME SOURCES t.c [DEPS room…] [LIBS library…])        a cmocka program, run by ctest from the source root
include(CMakeParseArguments)

function(cf_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(${name} PUBLIC ${ROOM_DEPS} PRIVATE ${ROOM_LIBS})
endfunction()

function(cf_test name)
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/test ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(${name} PRIVATE ${TEST_DEPS} ${TEST_LIBS} cmocka)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()
